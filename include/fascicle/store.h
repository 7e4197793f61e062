/* Store: a person's visits over time in one SQLite file. */
#ifndef FASCICLE_STORE_H
#define FASCICLE_STORE_H

#include <fascicle/map.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_store fsc_store; /* opaque; one thread at a time */

/* Opens a store, makes it when create is non-zero and it does not exist (for its owner alone: mode 0600). Full
 * syncs and a rollback journal, so that an acknowledged visit survives a kill or power cut at any moment and no second
 * file stays beside the store; another writer is waited for up to 10 s. Without create a store that may only be read is
 * read. Returns FSC_OK; FSC_E_ARG (a name that is no file); FSC_E_NOTFOUND (no such file); FSC_E_UNSUPPORTED (made by a
 * newer Fascicle); FSC_E_FORMAT (not a store, damaged, or with tables, views or triggers of somebody else's); FSC_E_IO
 * (locked, may not be written, disk full); FSC_E_NOMEM. *out is owned: fsc_store_close. */
FSC_API FSC_MUST_USE fsc_status fsc_store_open(fsc_store **out, const char *path, int32_t create, fsc_error *err);
FSC_API void fsc_store_close(fsc_store *store);

/* Adds the visit of a record in one transaction; FSC_OK means it is on the disk. participant, session and date of
 * map->acquisition name it; date must be a real day. replace non-zero: a visit of that name is replaced, else it is
 * FSC_E_RANGE. Returns also FSC_E_ARG (participant or date missing), FSC_E_IO, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_store_add(fsc_store *store, const fsc_map *map, int32_t replace, fsc_error *err);

/* Erases a visit, or all of a participant's for NULL, from the store: what the file held of them is
 * overwritten. *n is how many. Returns FSC_OK, FSC_E_NOTFOUND (none), FSC_E_IO, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_store_remove(int32_t *n, fsc_store *store, const char *participant,
                                                 const char *session, fsc_error *err);

typedef struct fsc_visit {
    fsc_acquisition acquisition;
    double days;      /* since 1970-01-01 */
    double age_years; /* NaN when not known */
    double days_since_injury;
    int32_t n_site;
} fsc_visit;

/* The visits of a participant by date (NULL = of everybody, by participant and date). *out is owned:
 * fsc_store_free_visits. */
FSC_API FSC_MUST_USE fsc_status fsc_store_visits(fsc_visit **out, int32_t *n, fsc_store *store, const char *participant,
                                                 fsc_error *err);
FSC_API void fsc_store_free_visits(fsc_visit *visits);

/* Reads the record of a visit back. *out is owned: fsc_map_free. FSC_E_NOTFOUND when there is none. */
FSC_API FSC_MUST_USE fsc_status fsc_store_map(fsc_map **out, fsc_store *store, const char *participant,
                                              const char *session, fsc_error *err);

/* Reads the records of all visits of a participant, by date. *out is owned: fsc_store_free_maps. Returns as
 * fsc_store_map; no visit is no error (n = 0). */
FSC_API FSC_MUST_USE fsc_status fsc_store_maps(fsc_map ***out, int32_t *n, fsc_store *store, const char *participant,
                                               fsc_error *err);
FSC_API void fsc_store_free_maps(fsc_map **maps, int32_t n);

#ifdef __cplusplus
}
#endif
#endif
