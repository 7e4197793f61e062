#include <fascicle/status.h>
