#include "reply.h"

void fsc_view_say(fsc_view_reply *reply, unsigned status, const char *why) {
    reply->status = status;
    reply->type = "text/plain; charset=utf-8";
    fsc_text_free(&reply->body);
    fsc_text_add(&reply->body, why);
}

void fsc_view_say_json(fsc_view_reply *reply, fsc_json *root) {
    fsc_error err = FSC_ERROR_INIT;
    reply->status = 200;
    reply->type = "application/json";
    if (fsc_json_print(&reply->body, root, &err) != FSC_OK) fsc_view_say(reply, 500, err.text);
    fsc_json_free(root);
}
