package dev.quern.sandbox.ticks;

/**
 * What stands where in a module with ticks. Imports come before all else, so that the module's own functions move.
 *
 * @param tick the function index of the import that ticks: as many as the module imports itself
 * @param added how many imports there are more
 * @param counter the global in which calls count
 */
record Numbers(int tick, int added, int counter) {
    /** A function's index from now on. */
    int moved(int function) {
        return function >= tick ? function + added : function;
    }

    boolean isImport(int function) {
        return function < tick;
    }

    /** The import that looks at once; there when two are added. */
    int look() {
        return tick + 1;
    }
}
