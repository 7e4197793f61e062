/* One viewer a folder. */
#ifndef FSC_VIEW_LOCK_H
#define FSC_VIEW_LOCK_H

#include <fascicle/status.h>

/* Takes the lock of folder; FSC_E_ARG when another viewer has it, FSC_E_IO when the folder cannot be written. The
 * system lets go of it when the process ends, however it ends. */
FSC_MUST_USE fsc_status fsc_view_lock(int *fd, const char *folder, fsc_error *err);
void fsc_view_unlock(int fd, const char *folder);

#endif
