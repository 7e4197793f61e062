/* Sentence: a statement about health as the records carry it, with what it stands on. */
#ifndef FASCICLE_SENTENCE_H
#define FASCICLE_SENTENCE_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A plain sentence made from fields of the record that holds it. */
typedef struct fsc_sentence {
    char key[32]; /* "stop", "unusual", "no-norm", "threshold", "change", "contested", "limits", ... */
    char text[800];
    char from[128];    /* fields and fact ids it stands on */
    int32_t contested; /* non-zero: the evidence disagrees; text says so */
} fsc_sentence;

#ifdef __cplusplus
}
#endif
#endif
