package dev.quern.server.dispatch;

import dev.quern.server.roles.FunctionCost;
import dev.quern.server.roles.Placement;

/** What one lane knows of a function: what its calls take, and by what model they are placed. */
record FunctionProfile(FunctionCost cost, Placement placement) {}
