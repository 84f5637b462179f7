/* Imports reply with a type that it has not. */
__attribute__((import_module("quern"), import_name("reply"))) int reply(long long bytes);

__attribute__((export_name("run"))) int run(void) { return reply(1); }
