/* BIDS filter file, as BIDS Apps take it: {"megre": {"session": ["01", "02"], "acquisition": "high", "run": 1}}. */
#ifndef FASCICLE_BIDS_FILTER_H
#define FASCICLE_BIDS_FILTER_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FSC_BIDS_FILTER_MOST 64

/* Values without their prefix ("01", not "ses-01"); "" and 0 where the file says nothing. */
typedef struct fsc_bids_filter {
    char acquisition[64], run[64];
    char participant[FSC_BIDS_FILTER_MOST][64], session[FSC_BIDS_FILTER_MOST][64];
    int32_t n_participant, n_session;
} fsc_bids_filter;

/* Reads the query "megre"; queries of other programs are left alone. datatype "anat" and suffix "MEGRE" may be named.
 * Returns FSC_OK; FSC_E_IO; FSC_E_FORMAT (no JSON, no such query, an entity we do not choose by, or a value that is no
 * text, number or list of them: the line names it); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_bids_filter_read(fsc_bids_filter *out, const char *path, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
