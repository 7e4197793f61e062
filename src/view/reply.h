/* Reply: what the viewer's answers are made of. */
#ifndef FSC_VIEW_REPLY_H
#define FSC_VIEW_REPLY_H

#include "json.h"
#include "serve.h"

/* One line of plain text with a status of HTTP, in place of what the reply held. */
void fsc_view_say(fsc_view_reply *reply, unsigned status, const char *why);
/* Takes root. */
void fsc_view_say_json(fsc_view_reply *reply, fsc_json *root);

#endif
