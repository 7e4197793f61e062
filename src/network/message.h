/* Message: an ONNX file as protobuf-c unpacks it, after its nesting was checked and with a ceiling on its memory. */
#ifndef FSC_NETWORK_MESSAGE_H
#define FSC_NETWORK_MESSAGE_H

#include "onnx.pb-c.h"

#include <fascicle/status.h>

/* *out is owned: fsc_message_free. FSC_E_IO, FSC_E_FORMAT (no such file's content), FSC_E_RANGE, FSC_E_NOMEM. */
fsc_status fsc_message_read(Onnx__ModelProto **out, const char *path, fsc_error *err);
void fsc_message_free(Onnx__ModelProto *message);

#endif
