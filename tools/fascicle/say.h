/* The lines of the way from a scan to a page, for people and (--json) for programs. */
#ifndef FASCICLE_TOOL_SAY_H
#define FASCICLE_TOOL_SAY_H

#include "cmd.h"

void say_scan(cli *c, const fsc_scan *scan);
void say_separate(cli *c, const fsc_fatwater *fatwater, double seconds);
void say_anatomy(cli *c, const fsc_sites *sites);
void say_measure(cli *c, const fsc_measures *measures);
/* A red flag first, then how many sites have a norm. */
void say_map(cli *c, const fsc_map *map);
/* The sentences of map with this key, each under the given step. */
void say_sentences(cli *c, const char *step, const char *key, const fsc_map *map);
/* How many sites changed, and which. since: the day or the name of the earlier visit. */
void say_change(cli *c, const fsc_map *map, const char *since);
/* A stop alone; else what is asked first, or how many steps; and that nobody has signed it. */
void say_plan(cli *c, const fsc_plan *plan);
void say_forecast(cli *c, const fsc_forecast *forecast);

#endif
