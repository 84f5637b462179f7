package dev.quern.server.dispatch;

import dev.quern.server.roles.ClientFigures;
import dev.quern.server.roles.FunctionCost;
import dev.quern.server.roles.Placement;
import dev.quern.server.roles.RecentWait;
import dev.quern.server.roles.SentBack;

/**
 * What one lane knows of a function: what its calls take, by what model they are placed, how long they waited, which of them went back to
 * clients, and what the last client that offered to run one had measured, which is only told.
 */
record FunctionProfile(
        FunctionCost cost, Placement placement, RecentWait waits, SentBack sentBack, ClientFigures lastOffer) {}
