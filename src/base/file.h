/* Files that appear whole or not at all, folders, and hashes. */
#ifndef FSC_BASE_FILE_H
#define FSC_BASE_FILE_H

#include <fascicle/status.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a whole file (at most max_bytes) into *data (fsc_free; a 0 follows the last byte). */
FSC_MUST_USE fsc_status fsc_file_read(char **data, size_t *length, const char *path, size_t max_bytes, fsc_error *err);
/* Writes to a temporary name beside path, syncs, renames. */
FSC_MUST_USE fsc_status fsc_file_write(const char *path, const char *data, size_t length, fsc_error *err);

/* Opens a regular file for reading, size bytes long; pipes, devices and folders are refused at once. Close *fd. */
FSC_MUST_USE fsc_status fsc_file_open(int *fd, int64_t *size, const char *path, fsc_error *err);

/* For writers that stream (gzip, PNG): a new file beside path under a random name that nobody can plant, with the mode
 * that path has when it is there; then commit (sync + rename) or discard. temp must hold strlen(path) + 32 bytes. What
 * killed runs left of path longer than a day ago is removed. Close *fd before the commit. */
FSC_MUST_USE fsc_status fsc_file_create(int *fd, char *temp, size_t size, const char *path, fsc_error *err);
FSC_MUST_USE fsc_status fsc_file_commit(const char *temp, const char *path, fsc_error *err);
void fsc_file_discard(const char *temp);
/* The same for n files that belong together: when one cannot be put in place, all that stood there stands there again
 * and every temp is gone. */
FSC_MUST_USE fsc_status fsc_file_commit_set(const char *const *temp, const char *const *path, int32_t n, fsc_error *err);

/* A new file `to` with the bytes and mode of a regular file; may leave a part behind when it fails: for private folders. */
FSC_MUST_USE fsc_status fsc_file_copy(const char *from, const char *to, fsc_error *err);

/* Creates a folder and its parents; fine when it exists. */
FSC_MUST_USE fsc_status fsc_file_make_folder(const char *path, fsc_error *err);
int fsc_file_exists(const char *path); /* any kind */
int fsc_file_is_folder(const char *path);
/* dir + "/" + name into out; FSC_E_RANGE when it does not fit. */
FSC_MUST_USE fsc_status fsc_file_join(char *out, size_t size, const char *dir, const char *name, fsc_error *err);
/* The names in a folder, sorted, without "." and ".."; free each and the array with fsc_file_free_names. */
FSC_MUST_USE fsc_status fsc_file_list(char ***names, int32_t *n, const char *dir, fsc_error *err);
void fsc_file_free_names(char **names, int32_t n);

/* 1 when a regular file is DICOM (the word DICM at byte 128), 0 when it is none, -1 when it cannot be read. */
int fsc_file_is_dicom(const char *path);

/* SHA-256 of a file as 64 hex digits + 0. */
FSC_MUST_USE fsc_status fsc_file_sha256(char hex[65], const char *path, fsc_error *err);
/* The same of n bytes in memory. */
void fsc_sha256(char hex[65], const char *bytes, size_t n);

#endif
