/* Exports no entry: this one has a parameter. */
__attribute__((export_name("run"))) int run(int parameter) { return parameter; }
