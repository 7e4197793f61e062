#include <fascicle/bids_filter.h>

#include "fail.h"
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A text, or a whole number as text; without the entity's prefix. */
static int take_value(char out[64], const fsc_json *value, const char *prefix) {
    const char *text = fsc_json_string(value);
    const double number = fsc_json_number(value);
    if (text && strncmp(text, prefix, strlen(prefix)) == 0) text += strlen(prefix);
    if (!text && !(number >= 0 && number < 1e6 && floor(number) == number)) return 0;
    const int n = text ? snprintf(out, 64, "%s", text) : snprintf(out, 64, "%d", (int)number);
    return n > 0 && n < 64;
}

static int take_list(char (*out)[64], int32_t *n, const fsc_json *value, const char *prefix) {
    const int64_t length = fsc_json_is_array(value) ? fsc_json_length(value) : 1;
    if (length < 1 || length > FSC_BIDS_FILTER_MOST) return 0;
    for (int64_t i = 0; i < length; i++)
        if (!take_value(out[i], fsc_json_is_array(value) ? fsc_json_at(value, i) : value, prefix)) return 0;
    *n = (int32_t)length;
    return 1;
}

static int is_text(const fsc_json *value, const char *text) {
    const char *has = fsc_json_string(value);
    return has && strcmp(has, text) == 0;
}

/* 1 taken, 0 a value of no use, -1 no entity of ours. */
static int take_entity(fsc_bids_filter *f, const char *key, const fsc_json *value) {
    if (strcmp(key, "subject") == 0) return take_list(f->participant, &f->n_participant, value, "sub-");
    if (strcmp(key, "session") == 0) return take_list(f->session, &f->n_session, value, "ses-");
    if (strcmp(key, "acquisition") == 0) return take_value(f->acquisition, value, "acq-");
    if (strcmp(key, "run") == 0) return take_value(f->run, value, "run-");
    if (strcmp(key, "datatype") == 0) return is_text(value, "anat");
    if (strcmp(key, "suffix") == 0) return is_text(value, "MEGRE");
    return -1;
}

fsc_status fsc_bids_filter_read(fsc_bids_filter *out, const char *path, fsc_error *err) {
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *root = NULL;
    memset(out, 0, sizeof *out);
    FSC_TRY(fsc_json_read(&root, path, err));
    const fsc_json *query = fsc_json_get(root, "megre");
    if (!fsc_json_is_object(query))
        return fsc_fail(err, FSC_E_FORMAT, "%s: has no query \"megre\"; write {\"megre\": {\"session\": \"01\"}}",
                        path);
    for (int64_t i = 0; i < fsc_json_length(query); i++) {
        const char *key = fsc_json_key(query, i);
        const int taken = take_entity(out, key, fsc_json_get(query, key));
        if (taken < 0)
            return fsc_fail(err, FSC_E_FORMAT,
                            "%s: \"%.40s\" is nothing to choose by here; subject, session, acquisition and run are",
                            path, key);
        if (!taken) return fsc_fail(err, FSC_E_FORMAT, "%s: the value of \"%.40s\" cannot be used", path, key);
    }
    return FSC_OK;
}
