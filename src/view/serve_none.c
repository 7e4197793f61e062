/* In the place of serve.c where libmicrohttpd was missing at build time. */
#include "serve.h"

#include "fail.h"

fsc_status fsc_view_serve(const fsc_view_service *service, fsc_error *err) {
    (void)service;
    return fsc_fail(err, FSC_E_UNSUPPORTED,
                    "this build has no viewer: install libmicrohttpd-dev, then build Fascicle again");
}
