#include "message.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <string.h>

enum {
    DEPTH_MOST = 16, /* of messages in messages: a model's weights lie at 3, its attributes' at 5 */
    FILE_MOST = 1 << 29,
    SPARE = 1 << 26 /* for names and lists, beside three times the file */
};

typedef struct wire {
    const uint8_t *at, *end;
} wire;

static int take_number(uint64_t *out, wire *w) {
    *out = 0;
    for (int shift = 0; shift < 64 && w->at < w->end; shift += 7) {
        const uint8_t byte = *w->at++;
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return 1;
    }
    return 0;
}

/* The message that a field holds; NULL when it is none. */
static const ProtobufCMessageDescriptor *message_of(const ProtobufCMessageDescriptor *of, uint64_t id) {
    for (unsigned i = 0; i < of->n_fields; i++)
        if (of->fields[i].id == id)
            return of->fields[i].type == PROTOBUF_C_TYPE_MESSAGE ? of->fields[i].descriptor : NULL;
    return NULL;
}

/* protobuf-c unpacks by recursion without a limit: a file of nested brackets would run through the stack. */
static int nests_well(wire w, const ProtobufCMessageDescriptor *of, int depth) {
    while (w.at < w.end) {
        uint64_t tag, length = 0;
        if (depth > DEPTH_MOST || !take_number(&tag, &w)) return 0;
        switch (tag & 7) {
        case 0:
            if (!take_number(&length, &w)) return 0;
            continue;
        case 1: length = 8; break;
        case 2:
            if (!take_number(&length, &w)) return 0;
            break;
        case 5: length = 4; break;
        default: return 0;
        }
        if (length > (uint64_t)(w.end - w.at)) return 0;
        const ProtobufCMessageDescriptor *inner = (tag & 7) == 2 ? message_of(of, tag >> 3) : NULL;
        if (inner && !nests_well((wire){w.at, w.at + length}, inner, depth + 1)) return 0;
        w.at += length;
    }
    return 1;
}

/* What one file may take in all; blocks given back are not counted off. */
typedef struct budget {
    size_t left;
    int out_of_memory; /* before the budget was spent */
} budget;

static void *take_block(void *context, size_t size) {
    budget *b = context;
    if (size > b->left) return NULL;
    b->left -= size;
    void *block = fsc_alloc((int64_t)size, 1);
    b->out_of_memory |= !block;
    return block;
}

static void give_block(void *context, void *block) {
    (void)context;
    fsc_free(block);
}

fsc_status fsc_message_read(Onnx__ModelProto **out, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *data = NULL;
    size_t length = 0;
    FSC_TRY(fsc_file_read(&data, &length, path, FILE_MOST, err));
    const wire w = {(const uint8_t *)data, (const uint8_t *)data + length};
    if (!length || !nests_well(w, &onnx__model_proto__descriptor, 0))
        return fsc_fail(err, FSC_E_FORMAT, "%s: is no whole ONNX file", path);
    budget b = {.left = 3 * length + SPARE};
    ProtobufCAllocator allocator = {take_block, give_block, &b};
    *out = onnx__model_proto__unpack(&allocator, length, (const uint8_t *)data);
    if (b.out_of_memory) return fsc_fail_nomem(err, "reading a network");
    if (!*out) return fsc_fail(err, FSC_E_FORMAT, "%s: cannot be unpacked as an ONNX file", path);
    return FSC_OK;
}

void fsc_message_free(Onnx__ModelProto *message) {
    ProtobufCAllocator allocator = {take_block, give_block, NULL};
    if (message) onnx__model_proto__free_unpacked(message, &allocator);
}
