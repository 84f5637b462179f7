package dev.quern.sandbox.ticks;

/**
 * What stands where in a module with ticks. Imports come before all else, so that the module's own functions move.
 *
 * @param tick the function index of the import that ticks: as many as the module imports itself
 * @param counter the global in which calls count
 */
record Numbers(int tick, int counter) {
    /** How many imports there are more. */
    static final int IMPORTS = 3;

    /** How many globals. */
    static final int GLOBALS = 2;

    /** A function's index from now on. */
    int moved(int function) {
        return function >= tick ? function + IMPORTS : function;
    }

    boolean isImport(int function) {
        return function < tick;
    }

    /** The import that looks at once. */
    int look() {
        return tick + 1;
    }

    /** The import that ends the call, as its calls nest too deep. */
    int tooDeep() {
        return tick + 2;
    }

    /** The global that tells a function how deep it is called. */
    int depth() {
        return counter + 1;
    }
}
