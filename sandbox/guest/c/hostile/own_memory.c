/* Good in itself, but linked without --import-memory. */
#include "../quern.h"

QUERN_ENTRY(run) { return 0; }
