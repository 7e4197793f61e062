/* Nothing here is final: observations and report are preliminary, a plan is a draft and a proposal, never an order. */
#include "fhir.h"

#include "fail.h"
#include "format.h"
#include "json.h"

#include <fascicle/version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PATIENT "Patient/patient"
#define DEVICE "Device/fascicle"

static fsc_json *with_reference(const char *to) {
    fsc_json *value = fsc_json_object();
    fsc_json_set_string(value, "reference", to);
    return value;
}

static void add_reference(fsc_json *object, const char *key, const char *to) {
    fsc_json_set(object, key, with_reference(to));
}

static fsc_json *list_of(fsc_json *item) {
    fsc_json *list = fsc_json_array();
    fsc_json_append(list, item);
    return list;
}

static const char *system_of(const char *scheme) {
    if (strcmp(scheme, "DCM") == 0) return "http://dicom.nema.org/resources/ontology/DCM";
    if (strcmp(scheme, "SCT") == 0) return "http://snomed.info/sct";
    return "urn:x-fascicle:codes"; /* our own */
}

/* A code with its words; text (may be NULL) in place of the code's meaning. */
static fsc_json *concept(fsc_code code, const char *text) {
    fsc_json *value = fsc_json_object();
    if (code.value) {
        fsc_json *coding = fsc_json_object();
        fsc_json_set_string(coding, "system", system_of(code.scheme));
        fsc_json_set_string(coding, "code", code.value);
        fsc_json_set_string(coding, "display", code.meaning);
        fsc_json_set(value, "coding", list_of(coding));
    }
    fsc_json_set_string(value, "text", text ? text : code.meaning);
    return value;
}

static fsc_json *quantity(double value, const char *unit) {
    fsc_json *number = fsc_json_object();
    fsc_json_set_number(number, "value", value);
    fsc_json_set_string(number, "unit", unit);
    fsc_json_set_string(number, "system", "http://unitsofmeasure.org");
    fsc_json_set_string(number, "code", unit);
    return number;
}

static void add_component(fsc_json *list, fsc_objects *o, const char *code, double value, const char *unit) {
    if (!isfinite(value)) return;
    fsc_json *part = fsc_json_object();
    fsc_json_set(part, "code", concept(fsc_codes_find(o->codes, code), NULL));
    fsc_json_set(part, "valueQuantity", quantity(value, unit));
    fsc_json_append(list, part);
}

/* A resource of the bundle with its type and name; owned until it is put in. */
static fsc_json *resource(const char *type, const char *id) {
    fsc_json *value = fsc_json_object();
    fsc_json_set_string(value, "resourceType", type);
    fsc_json_set_string(value, "id", id);
    return value;
}

static void put_in(fsc_json *entries, fsc_json *value) {
    fsc_json *entry = fsc_json_object();
    fsc_json_set(entry, "resource", value);
    fsc_json_append(entries, entry);
}

static void add_patient(fsc_json *entries, const fsc_objects *o) {
    char number[65];
    fsc_json *patient = resource("Patient", "patient");
    fsc_copy_text(number, sizeof number, fsc_study_about(o->study, FSC_STUDY_PATIENT_ID));
    if (number[0]) {
        fsc_json *identifier = fsc_json_object();
        fsc_json_set_string(identifier, "value", number);
        fsc_json_set(patient, "identifier", list_of(identifier));
    }
    put_in(entries, patient);
}

static void add_device(fsc_json *entries) {
    fsc_json *device = resource("Device", "fascicle"), *name = fsc_json_object(), *version = fsc_json_object(),
             *note = fsc_json_object();
    fsc_json_set_string(name, "name", "Fascicle");
    fsc_json_set_string(name, "type", "user-friendly-name");
    fsc_json_set(device, "deviceName", list_of(name));
    fsc_json_set_string(version, "value", FSC_VERSION);
    fsc_json_set(device, "version", list_of(version));
    fsc_json_set_string(note, "text", "Research software, no medical device.");
    fsc_json_set(device, "note", list_of(note));
    put_in(entries, device);
}

static void add_common(fsc_json *object, const fsc_objects *o) {
    fsc_json_set_string(object, "status", "preliminary");
    add_reference(object, "subject", PATIENT);
    if (o->study->day[0]) fsc_json_set_string(object, "effectiveDateTime", o->study->day);
}

static const fsc_norm_place *norm_of(const fsc_objects *o, const fsc_place *place) {
    if (!o->input->map || fsc_objects_unreviewed(o)) return NULL;
    const fsc_map_site *site = fsc_map_find(o->input->map, place->muscle, place->level, place->side);
    return site && site->norm.kind == FSC_NORM_PUBLISHED && isfinite(site->norm.z) ? &site->norm : NULL;
}

static void add_range(fsc_json *observation, const fsc_norm_place *norm) {
    char who[300];
    fsc_json *range = fsc_json_object();
    if (isfinite(norm->p95_fraction)) fsc_json_set(range, "high", quantity(100 * norm->p95_fraction, "%"));
    fsc_format(who, sizeof who, "95th percentile of %s, n = %.0f (%s); not a limit of health", norm->cohort, norm->n,
               norm->norm_id);
    fsc_json_set_string(range, "text", who);
    fsc_json_set(observation, "referenceRange", list_of(range));
}

static void add_notes(fsc_json *object, const fsc_objects *o) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_printf(&text, "Research software, no medical device. Labels: %s.", fsc_objects_labels(o));
    if (fsc_objects_unreviewed(o)) fsc_text_add(&text, " " FSC_DUMP_MARK ".");
    fsc_json *note = fsc_json_object();
    fsc_json_set_string(note, "text", text.data ? text.data : "");
    fsc_json_set(object, "note", list_of(note));
}

static void add_observation(fsc_json *entries, fsc_json *results, fsc_objects *o, const fsc_row *row, int number) {
    char id[32], to[64], name[65];
    (void)snprintf(id, sizeof id, "site-%d", number);
    (void)snprintf(to, sizeof to, "Observation/%s", id);
    fsc_objects_site_name(name, o, &row->place);
    fsc_json *site = resource("Observation", id), *parts = fsc_json_array();
    const fsc_norm_place *norm = norm_of(o, &row->place);
    add_common(site, o);
    fsc_json_set(site, "code", concept(fsc_codes_find(o->codes, "fat"), NULL));
    fsc_json_set(site, "bodySite", concept(fsc_codes_find(o->codes, row->place.muscle), name));
    fsc_json_set(site, "method", concept((fsc_code){0}, fsc_method_text(o->input->measures->method)));
    add_reference(site, "device", DEVICE);
    fsc_json_set(site, "valueQuantity", quantity(100 * row->pdff_mean_fraction, "%"));
    add_component(parts, o, "se", 100 * row->pdff_se_fraction, "%");
    add_component(parts, o, "se-label", 100 * row->pdff_se_label_fraction, "%");
    add_component(parts, o, "volume", row->volume_mm3, "mm3");
    add_component(parts, o, "csa", row->csa_mm2, "mm2");
    if (norm) {
        add_component(parts, o, "z", norm->z, "1");
        add_component(parts, o, "percentile", norm->percentile, "%");
        add_range(site, norm);
    }
    if (fsc_json_length(parts))
        fsc_json_set(site, "component", parts);
    else
        fsc_json_free(parts);
    add_notes(site, o);
    put_in(entries, site);
    fsc_json_append(results, with_reference(to));
}

static void add_report(fsc_json *entries, fsc_json *results, fsc_objects *o) {
    char uid[FSC_UID_MAX + 16];
    FSC_AUTO_TEXT fsc_text said = {0};
    const fsc_map *map = o->input->map;
    fsc_json *report = resource("DiagnosticReport", "report"), *identifier = fsc_json_object(),
             *study = fsc_json_object();
    add_common(report, o);
    fsc_json_set(report, "code", concept(fsc_codes_find(o->codes, "report"), NULL));
    (void)snprintf(uid, sizeof uid, "urn:oid:%s", o->study->uid);
    fsc_json_set_string(identifier, "system", "urn:dicom:uid");
    fsc_json_set_string(identifier, "value", uid);
    fsc_json_set(study, "identifier", identifier);
    fsc_json_set(report, "imagingStudy", list_of(study));
    if (fsc_json_length(results))
        fsc_json_set(report, "result", results);
    else
        fsc_json_free(results);
    for (int32_t s = 0; map && map->stop && s < map->n_sentence; s++)
        if (strcmp(map->sentence[s].key, "stop") == 0) fsc_text_printf(&said, "%s ", map->sentence[s].text);
    fsc_text_printf(&said, "Research software, no medical device. Labels: %s.", fsc_objects_labels(o));
    if (fsc_objects_unreviewed(o)) fsc_text_add(&said, " " FSC_DUMP_MARK ".");
    fsc_json_set_string(report, "conclusion", said.data ? said.data : "");
    put_in(entries, report);
}

/* What a clinician must see before anything else. */
static void add_cards(fsc_json *entries, const fsc_plan *plan) {
    for (int32_t c = 0; c < plan->n_card; c++) {
        const fsc_plan_card *card = &plan->card[c];
        const int critical = strcmp(card->indicator, "critical") == 0;
        char id[32];
        if (!critical && strcmp(card->indicator, "warning") != 0) continue;
        (void)snprintf(id, sizeof id, "card-%d", (int)c + 1);
        fsc_json *issue = resource("DetectedIssue", id);
        fsc_json_set_string(issue, "status", "preliminary");
        fsc_json_set_string(issue, "severity", critical ? "high" : "moderate");
        add_reference(issue, "patient", PATIENT);
        fsc_json_set(issue, "code", concept((fsc_code){0}, card->summary));
        if (card->detail[0]) fsc_json_set_string(issue, "detail", card->detail);
        put_in(entries, issue);
    }
}

static void add_activity(fsc_json *list, const fsc_plan_step *step) {
    FSC_AUTO_TEXT fsc_text what = {0};
    fsc_json *activity = fsc_json_object(), *detail = fsc_json_object();
    fsc_text_printf(&what, "%s (%s)", step->what, step->grade[0] ? step->grade : "expert opinion");
    fsc_json_set_string(detail, "status", "not-started");
    fsc_json_set_string(detail, "description", what.data ? what.data : "");
    fsc_json_set(activity, "detail", detail);
    fsc_json_append(list, activity);
}

static void add_plan(fsc_json *entries, const fsc_objects *o) {
    const fsc_plan *plan = o->input->plan;
    const int stop = plan && (plan->state == FSC_PLAN_STOP || (o->input->map && o->input->map->stop));
    if (plan) add_cards(entries, plan);
    if (!plan || stop || plan->state != FSC_PLAN_READY || !plan->n_step) return;
    fsc_json *care = resource("CarePlan", "plan"), *list = fsc_json_array();
    fsc_json_set_string(care, "status", "draft");
    fsc_json_set_string(care, "intent", "proposal");
    fsc_json_set_string(care, "title", "What may follow: a proposal of research software, signed by nobody");
    fsc_json_set_string(care, "description", plan->signature);
    add_reference(care, "subject", PATIENT);
    for (int32_t s = 0; s < plan->n_step; s++) add_activity(list, &plan->step[s]);
    fsc_json_set(care, "activity", list);
    add_notes(care, o);
    put_in(entries, care);
}

fsc_status fsc_fhir_write(fsc_objects *o, const char *path, fsc_error *err) {
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *bundle = resource("Bundle", "fascicle");
    fsc_json *entries = fsc_json_array(), *results = fsc_json_array();
    const fsc_measures *measures = o->input->measures;
    int n = 0;
    fsc_json_set_string(bundle, "type", "collection");
    add_patient(entries, o);
    add_device(entries);
    for (int32_t r = 0; r < measures->n_row; r++)
        if (measures->row[r].kind == FSC_ROW_SITE && isfinite(measures->row[r].pdff_mean_fraction))
            add_observation(entries, results, o, &measures->row[r], ++n);
    add_report(entries, results, o);
    add_plan(entries, o);
    fsc_json_set(bundle, "entry", entries);
    return fsc_json_write(bundle, path, err);
}
