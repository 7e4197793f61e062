/* Whose DICOM files a folder holds. A converter joins a stray file of another person to the series it is marked with,
 * so every file is asked, by the two identifying elements near its beginning; nothing of them is kept. */
#include "convert.h"
#include "fail.h"
#include "file.h"

#include <stdio.h>
#include <string.h>

#define PATH_MOST 4096
#define DEPTH_MOST 9
#define HEAD_BYTES 65536
#define VALUE_MOST 64

enum { NAME = 0, NUMBER = 1 };

typedef struct dicom_person {
    char value[2][VALUE_MOST + 1]; /* PatientName, PatientID; "" = not told */
    unsigned char head[HEAD_BYTES];
} dicom_person;

/* The value of element (0010, low 00) of a little-endian file, explicit or implicit; "" when it is not there. */
static void element(char value[VALUE_MOST + 1], const unsigned char *head, size_t n, unsigned char low,
                    const char *kind) {
    const unsigned char tag[4] = {0x10, 0, low, 0};
    value[0] = 0;
    for (size_t at = 132; at + 8 <= n; at += 2) {
        if (memcmp(head + at, tag, 4) != 0) continue;
        const int is_explicit = memcmp(head + at + 4, kind, 2) == 0;
        size_t length = is_explicit ? (size_t)head[at + 6] | (size_t)head[at + 7] << 8
                                    : (size_t)head[at + 4] | (size_t)head[at + 5] << 8;
        if (!is_explicit && (head[at + 6] || head[at + 7])) continue; /* chance bytes */
        if (length > VALUE_MOST || at + 8 + length > n) continue;
        memcpy(value, head + at + 8, length);
        while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == 0)) length--;
        value[length] = 0;
        return;
    }
}

static fsc_status ask(dicom_person *person, const char *path, const char *root, fsc_error *err) {
    static const unsigned char low[] = {[NAME] = 0x10, [NUMBER] = 0x20};
    static const char *const kind[] = {[NAME] = "PN", [NUMBER] = "LO"};
    FILE *file = fopen(path, "rb");
    if (!file) return FSC_OK; /* the converter says what it cannot read */
    const size_t n = fread(person->head, 1, sizeof person->head, file);
    (void)fclose(file);
    if (n < 140 || memcmp(person->head + 128, "DICM", 4) != 0) return FSC_OK;
    for (int e = 0; e < 2; e++) {
        char value[VALUE_MOST + 1];
        element(value, person->head, n, low[e], kind[e]);
        if (!value[0]) continue;
        if (person->value[e][0] && strcmp(person->value[e], value) != 0)
            return fsc_fail(err, FSC_E_NOTFOUND,
                            "%s: holds DICOM files of more than one person (patient names or numbers differ); give a "
                            "folder of one",
                            root);
        memcpy(person->value[e], value, sizeof value);
    }
    return FSC_OK;
}

static fsc_status walk(dicom_person *person, const char *folder, const char *root, int depth, fsc_error *err) {
    char **names = NULL, path[PATH_MOST];
    int32_t n = 0;
    if (depth > DEPTH_MOST || fsc_file_list(&names, &n, folder, NULL) != FSC_OK) return FSC_OK;
    fsc_status status = FSC_OK;
    for (int32_t i = 0; status == FSC_OK && i < n; i++) {
        if (names[i][0] == '.' || fsc_file_join(path, sizeof path, folder, names[i], NULL) != FSC_OK) continue;
        status = fsc_file_is_folder(path) ? walk(person, path, root, depth + 1, err) : ask(person, path, root, err);
    }
    fsc_file_free_names(names, n);
    return status;
}

fsc_status fsc_dicom_one_person(const char *folder, fsc_error *err) {
    dicom_person person;
    person.value[NAME][0] = person.value[NUMBER][0] = 0;
    const fsc_status status = walk(&person, folder, folder, 0, err);
    memset(&person, 0, sizeof person);
    return status;
}
