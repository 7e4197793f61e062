/* Drawings of exercises: a figure of sticks from joint angles (data/exercises/poses.tsv), seen from the side or from
 * ahead. Angles count from straight up, clockwise; lengths are those of a person of about 180 units. */
#include "fail.h"
#include "format.h"
#include "planner.h"
#include "table.h"
#include "text.h"
#include "units.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef struct point {
    double x, y; /* y downwards, as SVG has it */
} point;

enum {
    PELVIS,
    MID,
    SHOULDER,
    HEAD_BASE,
    HEAD,
    ELBOW_NEAR,
    HAND_NEAR,
    ELBOW_FAR,
    HAND_FAR,
    KNEE_NEAR,
    FOOT_NEAR,
    TOE_NEAR,
    KNEE_FAR,
    FOOT_FAR,
    TOE_FAR,
    ARM_NEAR,
    ARM_FAR,
    HIP_NEAR,
    HIP_FAR,
    JOINTS
};
static const char *const joint_names[] = {"pelvis",     "mid",       "shoulder",  "head_base", "head",
                                          "elbow_near", "hand_near", "elbow_far", "hand_far",  "knee_near",
                                          "foot_near",  "toe_near",  "knee_far",  "foot_far",  "toe_far"};
enum { NAMED_JOINTS = sizeof joint_names / sizeof *joint_names };

static const double head_radius = 11, limb_width = 9, trunk_width = 15;
static const char near_colour[] = "#2f5d7c", far_colour[] = "#9db8c8", skin[] = "#f3e3d3", prop_colour[] = "#b98a52",
                  floor_colour[] = "#c4c4c4", arrow_colour[] = "#b3472f";

typedef struct figure {
    point joint[JOINTS];
    int front, lying; /* seen from ahead; lying on a side, seen from ahead */
    double turn;      /* of the face, -1..1 */
    double neck_angle;
    double left, right, top, floor;
} figure;

static fsc_table exercises, poses;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void read_tables(void) {
    if (fsc_table_embedded(&exercises, "exercises/exercises.tsv", NULL) != FSC_OK) exercises = (fsc_table){0};
    if (fsc_table_embedded(&poses, "exercises/poses.tsv", NULL) != FSC_OK) poses = (fsc_table){0};
}

const char *fsc_exercise_id(int32_t index) {
    pthread_once(&tables_once, read_tables);
    return index >= 0 && index < exercises.n_row ? fsc_table_get(&exercises, index, "id") : NULL;
}

static point from(point p, double angle, double length) {
    const double a = angle * FSC_PI / 180;
    return (point){p.x + length * sin(a), p.y - length * cos(a)};
}

static double angle_of(int32_t row, const char *column) {
    const double angle = fsc_table_number(&poses, row, column);
    return isnan(angle) ? 0 : angle;
}

static void chain(figure *f, int32_t row, int start, const int to[3], const char *const column[3],
                  const double length[3]) {
    point p = f->joint[start];
    for (int i = 0; i < 3; i++) {
        if (!column[i]) return;
        p = from(p, angle_of(row, column[i]), length[i]);
        f->joint[to[i]] = p;
    }
}

/* All joints, the pelvis at the origin. */
static void stand(figure *f, int32_t row) {
    static const double arm[] = {28, 26, 0}, leg[] = {42, 40, 14};
    const char *view = fsc_table_get(&poses, row, "view");
    f->front = strcmp(view, "front") == 0;
    f->lying = strcmp(view, "lying") == 0;
    f->neck_angle = angle_of(row, "neck");
    f->joint[PELVIS] = (point){0, 0};
    f->joint[MID] = from(f->joint[PELVIS], angle_of(row, "trunk"), 26);
    f->joint[SHOULDER] = from(f->joint[MID], angle_of(row, "chest"), 28);
    f->joint[HEAD_BASE] = from(f->joint[SHOULDER], f->neck_angle, 9);
    f->joint[HEAD] = from(f->joint[HEAD_BASE], f->neck_angle, head_radius);
    const double half_shoulders = f->front ? 15 : 0, half_hips = f->front ? 8 : 0;
    f->joint[ARM_NEAR] = (point){f->joint[SHOULDER].x - half_shoulders, f->joint[SHOULDER].y + (f->front ? 3 : 0)};
    f->joint[ARM_FAR] = (point){f->joint[SHOULDER].x + half_shoulders, f->joint[ARM_NEAR].y};
    f->joint[HIP_NEAR] = (point){-half_hips, 0};
    f->joint[HIP_FAR] = (point){half_hips, 0};
    chain(f, row, ARM_NEAR, (int[]){ELBOW_NEAR, HAND_NEAR, 0}, (const char *[]){"upper_near", "fore_near", NULL}, arm);
    chain(f, row, ARM_FAR, (int[]){ELBOW_FAR, HAND_FAR, 0}, (const char *[]){"upper_far", "fore_far", NULL}, arm);
    chain(f, row, HIP_NEAR, (int[]){KNEE_NEAR, FOOT_NEAR, TOE_NEAR},
          (const char *[]){"thigh_near", "shank_near", "foot_near"}, leg);
    chain(f, row, HIP_FAR, (int[]){KNEE_FAR, FOOT_FAR, TOE_FAR}, (const char *[]){"thigh_far", "shank_far", "foot_far"},
          leg);
}

static void measure(figure *f) {
    f->left = f->right = 0;
    f->top = 0, f->floor = -1e9;
    for (int i = 0; i < JOINTS; i++) {
        const double room = i == HEAD                                  ? head_radius
                            : i == PELVIS || i == SHOULDER || i == MID ? trunk_width / 2
                                                                       : limb_width / 2;
        const point p = f->joint[i];
        if (p.x - room < f->left) f->left = p.x - room;
        if (p.x + room > f->right) f->right = p.x + room;
        if (p.y - room < f->top) f->top = p.y - room;
        if (p.y + room > f->floor) f->floor = p.y + room;
    }
}

static void line(fsc_text *out, const char *colour, double width, const point *p, int n) {
    fsc_text_printf(out,
                    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linecap=\"round\" "
                    "stroke-linejoin=\"round\" points=\"",
                    colour, width);
    for (int i = 0; i < n; i++) fsc_text_printf(out, "%s%.1f,%.1f", i ? " " : "", p[i].x, p[i].y);
    fsc_text_add(out, "\"/>");
}

static void box(fsc_text *out, double x, double y, double width, double height) {
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>", x, y,
                    width, height, prop_colour);
}

static void disc(fsc_text *out, point p, double radius, const char *fill, const char *edge) {
    fsc_text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>",
                    p.x, p.y, radius, fill, edge);
}

static int joint_of(const char *name) {
    for (int i = 0; i < NAMED_JOINTS; i++)
        if (strcmp(joint_names[i], name) == 0) return i;
    return PELVIS;
}

/* A chair whose seat is at (x, y), its back on the left. */
static void chair(fsc_text *out, const figure *f, double x, double y, int back) {
    box(out, x - 22, y, 44, 5);
    box(out, x - 20, y, 4, f->floor - y);
    box(out, x + 15, y, 4, f->floor - y);
    if (back) box(out, x - 22, y - 48, 4, 50);
}

static void bicycle(fsc_text *out, const figure *f) {
    const point p = f->joint[PELVIS], hand = f->joint[HAND_NEAR];
    const point crank = {p.x + 16, p.y + 68};
    disc(out, (point){p.x + 62, f->floor - 22}, 20, "none", prop_colour);
    box(out, p.x - 12, p.y + 8, 24, 5);
    line(out, prop_colour, 4, (point[]){{p.x, p.y + 10}, crank, {p.x + 62, f->floor - 22}, {hand.x, hand.y + 4}}, 4);
    line(out, prop_colour, 4, (point[]){crank, {p.x + 4, f->floor}, {p.x + 30, f->floor}}, 3);
}

/* Things that the figure sits, lies or leans on; drawn before it. */
static void prop(fsc_text *out, figure *f, const char *name, const char *where) {
    const point pelvis = f->joint[PELVIS], hand = f->joint[HAND_NEAR];
    if (strcmp(name, "chair") == 0) chair(out, f, pelvis.x + 6, pelvis.y + trunk_width / 2, 1);
    if (strcmp(name, "chair_behind") == 0) chair(out, f, pelvis.x - 34, f->floor - 42, 1);
    if (strcmp(name, "chair_legs") == 0) chair(out, f, f->joint[FOOT_NEAR].x - 14, f->joint[FOOT_NEAR].y + 6, 0);
    if (strcmp(name, "desk") == 0) {
        box(out, hand.x - 12, hand.y + 7, 52, 4);
        box(out, hand.x + 34, hand.y + 7, 4, f->floor - hand.y - 7);
    }
    if (strcmp(name, "wall_front") == 0) box(out, hand.x + 6, f->top - 6, 5, f->floor - f->top + 6);
    if (strcmp(name, "wall_back") == 0)
        box(out, f->joint[SHOULDER].x - trunk_width / 2 - 19, f->top - 6, 5, f->floor - f->top + 6);
    if (strcmp(name, "band") == 0)
        line(out, prop_colour, 3, (point[]){hand, {pelvis.x, f->floor - 3}, f->joint[HAND_FAR]}, 3);
    if (strcmp(name, "band_front") == 0) {
        line(out, prop_colour, 3, (point[]){hand, {pelvis.x + 92, f->joint[MID].y}}, 2);
        box(out, pelvis.x + 91, f->top, 5, f->floor - f->top);
    }
    if (strcmp(name, "towel") == 0) line(out, prop_colour, 3, (point[]){hand, f->joint[TOE_NEAR]}, 2);
    if (strcmp(name, "weight") == 0) box(out, hand.x - 9, hand.y + 2, 18, 12);
    if (strcmp(name, "bicycle") == 0) bicycle(out, f);
    if (strcmp(name, "turn") == 0) f->turn = where[0] == '-' ? -1 : 1;
    if (strcmp(name, "pillow") == 0) {
        const point p = f->joint[joint_of(strcmp(where, "knee") == 0 ? "knee_near" : where)];
        if (strcmp(where, "knee") == 0 && !f->lying)
            box(out, p.x - 14, p.y + 6, 28, f->floor - p.y - 6 > 6 ? f->floor - p.y - 6 : 6);
        else if (strcmp(where, "knee") == 0)
            box(out, p.x - 6, p.y - 2, 30, 9);
        else
            box(out, p.x - 16, p.y + head_radius, 34, 5);
    }
    if (strcmp(name, "ball") == 0) {
        const int back = strcmp(where, "shoulder_back") == 0;
        const point at = back ? (point){f->joint[SHOULDER].x - trunk_width / 2 - 7, f->joint[SHOULDER].y + 12}
                              : (point){pelvis.x, pelvis.y + trunk_width / 2 + 6};
        disc(out, at, 7, "#dfe8a4", prop_colour);
    }
    if (strcmp(name, "roller") == 0) {
        const int thigh = strcmp(where, "thigh") == 0;
        const point hip = f->joint[HIP_NEAR], knee = f->joint[KNEE_NEAR], mid = f->joint[MID], top = f->joint[SHOULDER];
        const point at = thigh ? (point){(hip.x + knee.x) / 2, (hip.y + knee.y) / 2 + 12}
                               : (point){(mid.x + top.x) / 2, (mid.y + top.y) / 2 + 15};
        disc(out, at, 8, "#d9d2e6", prop_colour);
    }
}

static void props(fsc_text *out, figure *f, const char *list) {
    char copy[80], *save = NULL;
    fsc_copy_text(copy, sizeof copy, list);
    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        char *where = strchr(name, ':');
        if (where) *where++ = 0;
        prop(out, f, name, where ? where : "");
    }
}

static void head(fsc_text *out, const figure *f) {
    const point h = f->joint[HEAD];
    disc(out, h, head_radius, skin, near_colour);
    if (!f->front && !f->lying) { /* a nose tells where it looks */
        const point nose = from(h, f->neck_angle + 90, head_radius + 1);
        disc(out, nose, 2, skin, near_colour);
        return;
    }
    for (int eye = -1; eye <= 1; eye += 2) {
        point at = f->lying ? (point){h.x, h.y + 4.0 * eye} : (point){h.x + 4 * eye + 5 * f->turn, h.y - 1};
        if (f->turn * (at.x - h.x) > head_radius - 3) continue;
        fsc_text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.3\" fill=\"%s\"/>", at.x, at.y, near_colour);
    }
    if (f->turn != 0) disc(out, (point){h.x + (head_radius + 1) * f->turn, h.y + 2}, 2, skin, near_colour);
}

static void limb(fsc_text *out, const figure *f, const char *colour, int a, int b, int c, int d) {
    const point p[] = {f->joint[a], f->joint[b], f->joint[c], f->joint[d < 0 ? c : d]};
    line(out, colour, limb_width, p, d < 0 ? 3 : 4);
}

static void body(fsc_text *out, const figure *f) {
    const char *other = f->front ? near_colour : far_colour;
    limb(out, f, other, ARM_FAR, ELBOW_FAR, HAND_FAR, -1);
    limb(out, f, other, HIP_FAR, KNEE_FAR, FOOT_FAR, TOE_FAR);
    line(out, near_colour, trunk_width, (point[]){f->joint[PELVIS], f->joint[MID], f->joint[SHOULDER]}, 3);
    line(out, near_colour, limb_width - 1, (point[]){f->joint[SHOULDER], f->joint[HEAD_BASE]}, 2);
    if (f->front) line(out, near_colour, limb_width, (point[]){f->joint[ARM_NEAR], f->joint[ARM_FAR]}, 2);
    head(out, f);
    limb(out, f, near_colour, HIP_NEAR, KNEE_NEAR, FOOT_NEAR, TOE_NEAR);
    /* the near arm lies over the trunk: a pale seam parts them */
    const point arm[] = {f->joint[ARM_NEAR], f->joint[ELBOW_NEAR], f->joint[HAND_NEAR]};
    if (!f->front) line(out, "#ffffff", limb_width + 2.5, arm, 3);
    line(out, near_colour, limb_width, arm, 3);
}

/* "knee_near:-60:16": from beside the joint, in a direction, so long. */
static void arrow(fsc_text *out, const figure *f, const char *text) {
    char name[24];
    double at[2];
    const size_t n = strcspn(text, ":");
    if (!text[n] || n >= sizeof name || !fsc_scan_numbers(at, 2, text + n + 1, ':')) return;
    (void)fsc_format(name, sizeof name, "%.*s", (int)n, text);
    const double angle = at[0], length = at[1];
    const int joint = joint_of(name);
    const double gap = joint == HEAD ? head_radius + 4 : joint <= SHOULDER ? trunk_width / 2 + 4 : limb_width / 2 + 4;
    const point a = from(f->joint[joint], angle, gap), b = from(a, angle, length);
    line(out, arrow_colour, 3, (point[]){a, b}, 2);
    line(out, arrow_colour, 3, (point[]){from(b, angle + 145, 7), b, from(b, angle - 145, 7)}, 3);
}

static int32_t pose_row(const char *id, int32_t phase) {
    for (int32_t row = 0; row < poses.n_row; row++)
        if (strcmp(fsc_table_get(&poses, row, "exercise"), id) == 0 && fsc_table_number(&poses, row, "phase") == phase)
            return row;
    return -1;
}

/* The caption of a phase, and the exercise's name before it. */
static void title(fsc_text *out, const char *id, int32_t phase) {
    for (int32_t row = 0; row < exercises.n_row; row++) {
        if (strcmp(fsc_table_get(&exercises, row, "id"), id) != 0) continue;
        const char *at = fsc_table_get(&exercises, row, "captions");
        for (int32_t i = 0; i < phase; i++) at += strcspn(at, "|") + (at[strcspn(at, "|")] == '|');
        char caption[160];
        fsc_format(caption, sizeof caption, "%.60s: %.*s", fsc_table_get(&exercises, row, "name"),
                   (int)strcspn(at, "|"), at);
        fsc_text_add_html(out, caption);
    }
}

static void frame(fsc_text *out, const figure *f, const char *id, int32_t phase) {
    const double margin = 22, width = f->right - f->left + 2 * margin, height = f->floor - f->top + margin + 8;
    fsc_text_printf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.1f %.1f %.1f %.1f\" role=\"img\" "
                    "aria-label=\"",
                    f->left - margin, f->top - margin, width, height);
    title(out, id, phase);
    fsc_text_add(out, "\"><title>");
    title(out, id, phase);
    fsc_text_printf(out,
                    "</title><line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"/>",
                    f->left - margin + 4, f->floor + 1, f->right + margin - 4, f->floor + 1, floor_colour);
}

fsc_status fsc_exercise_svg(char **svg, const char *id, int32_t phase, fsc_error *err) {
    pthread_once(&tables_once, read_tables);
    const int32_t row = pose_row(id, phase);
    if (row < 0) return fsc_fail(err, FSC_E_NOTFOUND, "%.40s, phase %d: no such drawing", id, (int)phase);
    figure f = {.turn = 0};
    stand(&f, row);
    measure(&f);
    const char *things = fsc_table_get(&poses, row, "props");
    /* A roller underneath lifts the figure off the floor. */
    const double lift = strstr(things, "roller:thigh") ? 4 : 0;
    f.floor += lift;
    FSC_AUTO_TEXT fsc_text out = {0};
    frame(&out, &f, id, phase);
    props(&out, &f, things);
    body(&out, &f);
    arrow(&out, &f, fsc_table_get(&poses, row, "arrow"));
    fsc_text_add(&out, "</svg>");
    if (out.failed) return fsc_fail_nomem(err, "drawing an exercise");
    *svg = out.data;
    memset(&out, 0, sizeof out);
    return FSC_OK;
}
