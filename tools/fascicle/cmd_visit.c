/* fascicle visit add, fascicle visits: what the store of visits holds. */
#include "cmd.h"

#include <fascicle/store.h>
#include <math.h>
#include <string.h>

typedef struct add_values {
    const char *record, *store, *participant, *session, *date, *device;
    int replace;
} add_values;

/* Words of the command line over those of the record. */
static int override(char *field, size_t size, const char *text) {
    const int n = text ? snprintf(field, size, "%s", text) : 0;
    return n >= 0 && (size_t)n < size;
}

static int run_add(cli *c, const void *given) {
    const add_values *v = given;
    if (!v->store) return cli_usage(c, "--store FILE is missing: the file that keeps the visits");
    fsc_error err = FSC_ERROR_INIT;
    fsc_map *map = NULL;
    fsc_store *store = NULL;
    fsc_status status = fsc_map_read(&map, v->record, &err);
    if (status == FSC_OK) {
        fsc_acquisition *a = &map->acquisition;
        if (!override(a->participant, sizeof a->participant, v->participant) ||
            !override(a->session, sizeof a->session, v->session) || !override(a->date, sizeof a->date, v->date) ||
            !override(a->device, sizeof a->device, v->device)) {
            fsc_map_free(map);
            return cli_usage(c, "a name is too long");
        }
        status = fsc_store_open(&store, v->store, 1, &err);
    }
    if (status == FSC_OK) status = fsc_store_add(store, map, v->replace, &err);
    if (status == FSC_OK) {
        const fsc_acquisition *a = &map->acquisition;
        cli_line(c, "visit", "%s, %s%s%s added, %d rows", a->participant, a->session, a->session[0] ? " of " : "",
                 a->date, map->n_site);
        cli_file(c, "store", v->store);
    }
    fsc_store_close(store);
    fsc_map_free(map);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

typedef struct list_values {
    const char *participant, *store;
} list_values;

static int run_list(cli *c, const void *given) {
    const list_values *v = given;
    if (!v->store) return cli_usage(c, "--store FILE is missing: the file that keeps the visits");
    fsc_error err = FSC_ERROR_INIT;
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    int32_t n = 0;
    fsc_status status = fsc_store_open(&store, v->store, 0, &err);
    if (status == FSC_OK) status = fsc_store_visits(&visit, &n, store, v->participant, &err);
    for (int32_t i = 0; i < n; i++) {
        const fsc_acquisition *a = &visit[i].acquisition;
        char field[24] = "field not stated";
        if (isfinite(a->field_tesla)) (void)snprintf(field, sizeof field, "%.3g T", a->field_tesla);
        cli_line(c, "visit", "%s  %s  %s  %s, %s, %d echoes, %d rows", a->participant, a->session, a->date,
                 fsc_method_text(a->method), field, a->n_echo, visit[i].n_site);
    }
    if (status == FSC_OK && n == 0)
        cli_line(c, "visit", "none%s%s", v->participant ? " of " : "", v->participant ? v->participant : "");
    fsc_store_free_visits(visit);
    fsc_store_close(store);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static const arg add_args[] = {{"RECORD", offsetof(add_values, record), 1, "the ..._map.json of the visit"},
                               {NULL, 0, 0, NULL}};
static const opt add_opts[] = {
    {"store", "FILE", OPT_TEXT, offsetof(add_values, store),
     "the file that keeps the visits; made when it is not there"},
    {"participant", "ID", OPT_TEXT, offsetof(add_values, participant), "whose visit, when the record does not say"},
    {"session", "ID", OPT_TEXT, offsetof(add_values, session), "the visit's name (default: its session, else its day)"},
    {"date", "DAY", OPT_TEXT, offsetof(add_values, date),
     "day of the scan, as 2026-11-21, when the record does not say"},
    {"device", "NAME", OPT_TEXT, offsetof(add_values, device),
     "the scanner's name, so that visits on another one are told apart"},
    {"replace", NULL, OPT_FLAG, offsetof(add_values, replace), "replace a visit of the same name"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const command visit_add = {
    .name = "add",
    .group = "",
    .line = "add a visit's record to the store",
    .about =
        "Adds a record to the store. When the command has said so, the visit is on the disk and survives a kill or a "
        "power cut.",
    .args = add_args,
    .opts = add_opts,
    .size = sizeof(add_values),
    .run = run_add,
};
static const command *const parts[] = {&visit_add, NULL};
extern const command cmd_visit;
const command cmd_visit = {
    .name = "visit",
    .group = "over time",
    .line = "add a visit to a person's store",
    .about = "Keeps the records of a person's visits in one file, to compare them later.",
    .sub = parts,
};

static const arg list_args[] = {{"PERSON", offsetof(list_values, participant), 0, "sub-16; everybody without"},
                                {NULL, 0, 0, NULL}};
static const opt list_opts[] = {
    {"store", "FILE", OPT_TEXT, offsetof(list_values, store), "the file that keeps the visits"},
    {NULL, NULL, OPT_FLAG, 0, NULL}};
extern const command cmd_visits;
const command cmd_visits = {
    .name = "visits",
    .group = "over time",
    .line = "list the visits in a store",
    .about = "Lists the visits that a store holds, by person and day.",
    .args = list_args,
    .opts = list_opts,
    .size = sizeof(list_values),
    .run = run_list,
};
