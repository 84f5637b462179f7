/* A command without a library: _start is all there is. For tests. */
#include "../c/quern.h"

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void proc_exit(int32_t code);

void _start(void) {
  uint32_t code;
  quern_reply("bare", 4);
  if (quern_arg_u32(0, &code)) {
    proc_exit((int32_t)code);
  }
}
