/* fascicle visit add, fascicle visits: what the store of visits holds. */
#include "cmd.h"

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

/* Two visits labelled each on its own differ by their borders; one set of labels, carried, does not. */
static fsc_status offer_carry(cli *c, fsc_store *store, const fsc_map *map, fsc_error *err) {
    AUTO(fsc_visit) visit = NULL;
    int32_t n = 0;
    TRY(fsc_store_visits(&visit, &n, store, map->acquisition.participant, err));
    if (n > 1 && map->label_source != FSC_LABELS_CARRIED)
        cli_line(
            c, "carry",
            "%s has another visit: `fascicle carry LABELS ITS_SCAN THIS_SCAN` brings its corrected labels here, so "
            "that both are measured with one set of borders",
            map->acquisition.participant);
    return FSC_OK;
}

static fsc_status run_add(cli *c, const void *given, fsc_error *err) {
    const add_values *v = given;
    if (!v->store) return cli_usage(c, err, "--store FILE is missing: the file that keeps the visits");
    AUTO(fsc_map) map = NULL;
    AUTO(fsc_store) store = NULL;
    TRY(fsc_map_read(&map, v->record, err));
    fsc_acquisition *a = &map->acquisition;
    if (!override(a->participant, sizeof a->participant, v->participant) ||
        !override(a->session, sizeof a->session, v->session) || !override(a->date, sizeof a->date, v->date) ||
        !override(a->device, sizeof a->device, v->device))
        return cli_usage(c, err, "a name is too long");
    TRY(fsc_store_open(&store, v->store, 1, err));
    TRY(fsc_store_add(store, map, v->replace, err));
    cli_row(c, "visit",
            FIELDS(FIELD("participant", a->participant), FIELD("session", (const char *)a->session),
                   FIELD("date", a->date), FIELD("n_row", map->n_site)),
            "%s, %s%s%s added, %d rows", a->participant, a->session, a->session[0] ? " of " : "", a->date, map->n_site);
    TRY(offer_carry(c, store, map, err));
    cli_file(c, "store", v->store);
    return FSC_OK;
}

typedef struct remove_values {
    const char *participant, *store, *session;
} remove_values;

static fsc_status run_remove(cli *c, const void *given, fsc_error *err) {
    const remove_values *v = given;
    if (!v->store) return cli_usage(c, err, "--store FILE is missing: the file that keeps the visits");
    AUTO(fsc_store) store = NULL;
    int32_t n = 0;
    TRY(fsc_store_open(&store, v->store, 0, err));
    TRY(fsc_store_remove(&n, store, v->participant, v->session, err));
    cli_row(c, "visit", FIELDS(FIELD("participant", v->participant), FIELD("n_removed", n)),
            "%d visit%s of %s erased from the store; the folders of their runs are yours to delete", n,
            n == 1 ? "" : "s", v->participant);
    return FSC_OK;
}

typedef struct list_values {
    const char *participant, *store;
} list_values;

static void print_visit(cli *c, const fsc_visit *visit) {
    const fsc_acquisition *a = &visit->acquisition;
    char field[24] = "field not stated";
    if (isfinite(a->field_tesla)) (void)snprintf(field, sizeof field, "%.3g T", a->field_tesla);
    cli_row(c, "visit",
            FIELDS(FIELD("participant", a->participant), FIELD("session", a->session), FIELD("date", a->date),
                   FIELD("method", fsc_method_text(a->method)), FIELD("field_tesla", a->field_tesla),
                   FIELD("n_echo", a->n_echo), FIELD("age_years", visit->age_years),
                   FIELD("days_since_injury", visit->days_since_injury), FIELD("n_row", visit->n_site)),
            "%s  %s  %s  %s, %s, %d echoes, %d rows", a->participant, a->session, a->date, fsc_method_text(a->method),
            field, a->n_echo, visit->n_site);
}

static fsc_status run_list(cli *c, const void *given, fsc_error *err) {
    const list_values *v = given;
    if (!v->store) return cli_usage(c, err, "--store FILE is missing: the file that keeps the visits");
    AUTO(fsc_store) store = NULL;
    AUTO(fsc_visit) visit = NULL;
    int32_t n = 0;
    TRY(fsc_store_open(&store, v->store, 0, err));
    TRY(fsc_store_visits(&visit, &n, store, v->participant, err));
    for (int32_t i = 0; i < n; i++) print_visit(c, &visit[i]);
    if (n == 0) cli_line(c, "visit", "none%s%s", v->participant ? " of " : "", v->participant ? v->participant : "");
    return FSC_OK;
}

static const arg add_args[] = {{"RECORD", offsetof(add_values, record), 1, "the ..._map.json of the visit"}, ARG_END};
static const opt add_opts[] = {
    OPT(add_values, store, "store", OPT_TEXT, "FILE", "the file that keeps the visits; made when it is not there"),
    OPT(add_values, participant, "participant", OPT_TEXT, "ID", "whose visit, when the record does not say"),
    OPT(add_values, session, "session", OPT_TEXT, "ID", "the visit's name (default: its session, else its day)"),
    OPT(add_values, date, "date", OPT_DAY, "DAY", "day of the scan, as 2026-11-21, when the record does not say"),
    OPT(add_values, device, "device", OPT_TEXT, "NAME",
        "the scanner's name, so that visits on another one are told apart"),
    OPT(add_values, replace, "replace", OPT_FLAG, NULL, "replace a visit of the same name"),
    OPT_END,
};
const command cmd_visit_add = {
    .name = "visit add",
    .line = "add a visit's record to the store",
    .about =
        "Adds a record to the store. When the command has said so, the visit is on the disk and survives a kill or a "
        "power cut. Where the person has another visit and the labels were not carried from it, it says how to carry "
        "them.",
    .examples = "fascicle visit add first/sub-01/anat/sub-01_map.json --store other.db",
    .args = add_args,
    .opts = add_opts,
    .size = sizeof(add_values),
    .run = run_add,
};
static const arg remove_args[] = {{"PERSON", offsetof(remove_values, participant), 1, "whose, as sub-16"}, ARG_END};
static const opt remove_opts[] = {
    OPT(remove_values, store, "store", OPT_TEXT, "FILE", "the file that keeps the visits"),
    OPT(remove_values, session, "session", OPT_TEXT, "ID", "one visit by its name (default: all of the person's)"),
    OPT_END,
};
const command cmd_visit_remove = {
    .name = "visit remove",
    .line = "erase a visit, or a person, from the store",
    .about = "Erases a person's visits, or one of them, from the store: what the file held of them is overwritten.",
    .examples = "fascicle visit remove sub-01 --session 2026-05-02 --store other.db",
    .args = remove_args,
    .opts = remove_opts,
    .size = sizeof(remove_values),
    .run = run_remove,
};
const command cmd_visit = {
    .name = "visit",
    .group = "over time",
    .line = "add a visit to a person's store",
    .about = "Keeps the records of a person's visits in one file, to compare them later.",
};

static const arg list_args[] = {{"PERSON", offsetof(list_values, participant), 0, "sub-16; everybody without"},
                                ARG_END};
static const opt list_opts[] = {OPT(list_values, store, "store", OPT_TEXT, "FILE", "the file that keeps the visits"),
                                OPT_END};
const command cmd_visits = {
    .name = "visits",
    .group = "over time",
    .line = "list the visits in a store",
    .about = "Lists the visits that a store holds, by person and day.",
    .examples = "fascicle visits sub-01 --store visits.db",
    .args = list_args,
    .opts = list_opts,
    .size = sizeof(list_values),
    .run = run_list,
};
