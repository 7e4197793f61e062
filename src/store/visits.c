/* Visits in and out of the open store. */
#include "alloc.h"
#include "fail.h"
#include "store.h"
#include "text.h"

#include <fascicle/day.h>
#include <math.h>
#include <string.h>

/* The name of a visit: its session, or its day when no session was given. */
static const char *name_of(const fsc_acquisition *a) {
    return a->session[0] ? a->session : a->date;
}

static void finalize(sqlite3_stmt **statement) {
    (void)sqlite3_finalize(*statement);
}
#define AUTO_STATEMENT __attribute__((cleanup(finalize))) sqlite3_stmt

static fsc_status prepare(sqlite3_stmt **out, fsc_store *store, const char *sql, fsc_error *err) {
    const int code = sqlite3_prepare_v2(store->db, sql, -1, out, NULL);
    return code == SQLITE_OK ? FSC_OK : fsc_store_fault(store, code, err);
}

static int bind_text(sqlite3_stmt *s, int at, const char *text) {
    return sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

static int bind_number(sqlite3_stmt *s, int at, double value) {
    return isfinite(value) ? sqlite3_bind_double(s, at, value) : sqlite3_bind_null(s, at);
}

static int bind_visit(sqlite3_stmt *s, const fsc_map *map, const char *record, double days) {
    const fsc_acquisition *a = &map->acquisition;
    int bad = bind_text(s, 1, a->participant) | bind_text(s, 2, name_of(a)) | bind_text(s, 3, a->date) |
              bind_number(s, 4, days) | bind_text(s, 5, a->manufacturer) | bind_text(s, 6, a->device) |
              bind_number(s, 7, a->field_tesla) | sqlite3_bind_int(s, 8, (int)a->method) |
              sqlite3_bind_int(s, 9, a->n_echo) | bind_number(s, 10, a->te_first_s) | bind_number(s, 11, a->te_step_s) |
              bind_number(s, 12, a->flip_angle_deg) | bind_number(s, 13, a->repetition_time_s) |
              bind_number(s, 14, map->exam->age_years) | bind_number(s, 15, map->exam->days_since_injury) |
              sqlite3_bind_int(s, 16, map->n_site) | sqlite3_bind_text(s, 17, record, -1, SQLITE_STATIC);
    return bad ? SQLITE_NOMEM : SQLITE_OK;
}

fsc_status fsc_store_add(fsc_store *store, const fsc_map *map, int32_t replace, fsc_error *err) {
    const fsc_acquisition *a = &map->acquisition;
    if (!a->participant[0])
        return fsc_fail(err, FSC_E_ARG, "the visit has no participant; give one in exam.json or with --participant");
    const double days = fsc_days_of(a->date);
    if (isnan(days))
        return fsc_fail(err, FSC_E_ARG, "the visit's date '%s' is no day; give it as --date 2026-11-21", a->date);
    char *record = NULL;
    FSC_TRY(fsc_map_print(&record, map, err));
    AUTO_STATEMENT *statement = NULL;
    fsc_status status = prepare(&statement, store,
                                replace ? "INSERT OR REPLACE INTO visit VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                                        : "INSERT INTO visit VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                err);
    if (status == FSC_OK) {
        int code = bind_visit(statement, map, record, days);
        /* One statement outside a transaction is its own transaction: SQLITE_DONE means synced. */
        if (code == SQLITE_OK) code = sqlite3_step(statement);
        if ((code & 0xff) == SQLITE_CONSTRAINT)
            status = fsc_fail(err, FSC_E_RANGE, "%s: visit %s of %s is already there; add --replace to replace it",
                              store->path, name_of(a), a->participant);
        else if (code != SQLITE_DONE || sqlite3_changes(store->db) != 1)
            status = fsc_store_fault(store, code != SQLITE_DONE ? code : SQLITE_CORRUPT, err);
    }
    fsc_map_free_text(record);
    return status;
}

fsc_status fsc_store_remove(int32_t *n, fsc_store *store, const char *participant, const char *session,
                            fsc_error *err) {
    AUTO_STATEMENT *statement = NULL;
    FSC_TRY(
        prepare(&statement, store, "DELETE FROM visit WHERE participant = ?1 AND (?2 IS NULL OR session = ?2)", err));
    int code = bind_text(statement, 1, participant);
    if (code == SQLITE_OK && session) code = bind_text(statement, 2, session);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) return fsc_store_fault(store, code, err);
    *n = sqlite3_changes(store->db);
    if (*n == 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: no visit%s%s of %s; `fascicle visits` lists them", store->path,
                        session ? " " : "", session ? session : "", participant);
    return fsc_store_exec(store, "VACUUM", err); /* free pages may hold older copies */
}

static void column_text(char *out, size_t size, sqlite3_stmt *s, int at) {
    const unsigned char *text = sqlite3_column_text(s, at);
    fsc_copy_text(out, size, text ? (const char *)text : "");
}

static double column_number(sqlite3_stmt *s, int at) {
    return sqlite3_column_type(s, at) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(s, at);
}

static void read_visit(fsc_visit *v, sqlite3_stmt *s) {
    fsc_acquisition *a = &v->acquisition;
    column_text(a->participant, sizeof a->participant, s, 0);
    column_text(a->session, sizeof a->session, s, 1);
    column_text(a->date, sizeof a->date, s, 2);
    v->days = column_number(s, 3);
    column_text(a->manufacturer, sizeof a->manufacturer, s, 4);
    column_text(a->device, sizeof a->device, s, 5);
    a->field_tesla = column_number(s, 6);
    a->method = (fsc_method)sqlite3_column_int(s, 7);
    a->n_echo = sqlite3_column_int(s, 8);
    a->te_first_s = column_number(s, 9);
    a->te_step_s = column_number(s, 10);
    a->flip_angle_deg = column_number(s, 11);
    a->repetition_time_s = column_number(s, 12);
    v->age_years = column_number(s, 13);
    v->days_since_injury = column_number(s, 14);
    v->n_site = sqlite3_column_int(s, 15);
}

fsc_status fsc_store_visits(fsc_visit **out, int32_t *n, fsc_store *store, const char *participant, fsc_error *err) {
    AUTO_STATEMENT *statement = NULL;
    FSC_TRY(prepare(
        &statement, store,
        "SELECT participant, session, date, days, manufacturer, device, field_tesla, method, n_echo, te_first_s,"
        " te_step_s, flip_angle_deg, repetition_time_s, age_years, days_since_injury, n_site FROM visit"
        " WHERE ?1 IS NULL OR participant = ?1 ORDER BY participant, days, session",
        err));
    const int bound = participant ? bind_text(statement, 1, participant) : SQLITE_OK;
    if (bound != SQLITE_OK) return fsc_store_fault(store, bound, err);
    FSC_AUTO_BLOCK fsc_visit *visit = fsc_alloc(0, sizeof *visit);
    if (!visit) return fsc_fail_nomem(err, "listing visits");
    int32_t count = 0, capacity = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (count == capacity) {
            fsc_visit *bigger = fsc_grow(visit, capacity, 2 * capacity + 16, sizeof *visit);
            if (!bigger) return fsc_fail_nomem(err, "listing visits");
            visit = bigger;
            capacity = 2 * capacity + 16;
        }
        read_visit(&visit[count++], statement);
    }
    if (code != SQLITE_DONE) return fsc_store_fault(store, code, err);
    FSC_GIVE(out, visit);
    *n = count;
    return FSC_OK;
}

void fsc_store_free_visits(fsc_visit *visits) {
    fsc_free(visits);
}

fsc_status fsc_store_map(fsc_map **out, fsc_store *store, const char *participant, const char *session,
                         fsc_error *err) {
    AUTO_STATEMENT *statement = NULL;
    FSC_TRY(prepare(&statement, store, "SELECT record FROM visit WHERE participant = ? AND session = ?", err));
    const int bound = bind_text(statement, 1, participant) | bind_text(statement, 2, session);
    if (bound != SQLITE_OK) return fsc_store_fault(store, bound, err);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: no visit %s of %s; `fascicle visits` lists them", store->path,
                        session, participant);
    if (code != SQLITE_ROW) return fsc_store_fault(store, code, err);
    const unsigned char *record = sqlite3_column_text(statement, 0);
    if (!record) return fsc_fail_nomem(err, "reading a visit");
    FSC_TRY(fsc_map_parse(out, (const char *)record, store->path, err));
    fsc_copy_text((*out)->acquisition.session, sizeof(*out)->acquisition.session, session);
    return FSC_OK;
}

void fsc_store_free_maps(fsc_map **maps, int32_t n) {
    for (int32_t i = 0; maps && i < n; i++) fsc_map_free(maps[i]);
    fsc_free(maps);
}

fsc_status fsc_store_maps(fsc_map ***out, int32_t *n, fsc_store *store, const char *participant, fsc_error *err) {
    FSC_AUTO_BLOCK fsc_visit *visit = NULL;
    int32_t count = 0, read = 0;
    FSC_TRY(fsc_store_visits(&visit, &count, store, participant, err));
    fsc_map **list = fsc_alloc(count, sizeof(fsc_map *));
    if (!list) return fsc_fail_nomem(err, "reading visits");
    fsc_status status = FSC_OK;
    for (; read < count && status == FSC_OK; read += status == FSC_OK)
        status = fsc_store_map(&list[read], store, participant, visit[read].acquisition.session, err);
    if (status != FSC_OK) {
        fsc_store_free_maps(list, read);
        return status;
    }
    *out = list;
    *n = count;
    return FSC_OK;
}
