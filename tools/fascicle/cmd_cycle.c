/* fascicle cycle: the folder of commands on the injury-cycle model. */
#include "cmd.h"

const command cmd_cycle = {
    .name = "cycle",
    .group = "model",
    .line = "the injury cycle as a model: simulate, calibrate, sensitivity, order, export",
    .about = "Research on the injury cycle as equations (doc/equations/cycle.md).",
};
