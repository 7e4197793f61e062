# Lines and branches of a reader's own sources, out of llvm-cov's lcov. usage: awk -v reader=NAME -f cover.awk sources.tsv
# LCOV: a line a function with what it lacks, and at last "LINES BRANCHES" in percent.
BEGIN { FS = "\t" }
FNR == NR { if ($1 == reader) { of[$2] = 1; n = split($3, name, ","); for (i = 1; i <= n; i++) skip[$2, name[i]] = 1 } next }
/^SF:/ { file = $0; sub(/^.*\/src\//, "src/", file); n_fn = 0; delete first; delete called; next }
!(file in of) { next }
/^FN:/ { split(substr($0, 4), part, ","); sub(/^.*:/, "", part[2]); n_fn++; first[n_fn] = part[1] + 0; called[n_fn] = part[2]; next }
/^(DA|BRDA):/ {
    kind = $0; sub(/:.*/, "", kind)
    split(substr($0, length(kind) + 2), part, ",")
    at = 0
    for (i = 1; i <= n_fn; i++) if (first[i] <= part[1] + 0 && (!at || first[i] > first[at])) at = i
    if (!at || (file, called[at]) in skip) next
    missed = part[kind == "DA" ? 2 : 4] + 0 == 0
    key = file " " called[at]
    if (!(key in seen)) { seen[key] = ++n_key; name_of[n_key] = key }
    total[kind]++; miss[kind] += missed; own[key, kind]++; own_miss[key, kind] += missed
    if (missed) where[key, kind] = where[key, kind] " " part[1]
}
END {
    for (k = 1; k <= n_key; k++) {
        key = name_of[k]
        if (own_miss[key, "DA"] + own_miss[key, "BRDA"])
            printf "%s: %d of %d lines missed:%s; %d of %d branches:%s\n", key, own_miss[key, "DA"], own[key, "DA"], where[key, "DA"],
                own_miss[key, "BRDA"], own[key, "BRDA"], where[key, "BRDA"]
    }
    printf "%.1f %.1f\n", 100 * (1 - miss["DA"] / total["DA"]), 100 * (1 - miss["BRDA"] / total["BRDA"])
}
