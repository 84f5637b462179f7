/* Asks for what there is not. */
#include "../quern.h"

QUERN_IMPORT(fetch_url) int32_t quern_fetch_url(void);

QUERN_ENTRY(run) { return quern_fetch_url(); }
