/* Confine: from here on this process starts no program and speaks to no network, whatever a file makes it do. */
#ifndef FASCICLE_TOOL_CONFINE_H
#define FASCICLE_TOOL_CONFINE_H

/* For every thread, until the process ends; a refused call fails with EPERM. Non-zero when it holds; 0 where the kernel or
 * the build has no filter. */
int confine(void);

#endif
