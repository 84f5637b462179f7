/* Linked without --import-memory: deploying it makes its memory an import. */
#include "../quern.h"

QUERN_ENTRY(run) { return 0; }
