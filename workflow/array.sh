#!/bin/sh
#SBATCH --cpus-per-task=1 --mem=1000 --time=60 --output=logs/array-%A_%a.out
# A study as one Slurm array, PER_JOB people a job:
#   BIDS=DIR OUT=DIR PER_JOB=10 OPTIONS="--labels DIR" sbatch --array=1-100 array.sh
# A job beyond the last person does nothing. Submitted again, it does only what is missing. Then: fascicle cohort DIR DIR group
set -eu
fascicle=${FASCICLE:-fascicle}
first=$(((SLURM_ARRAY_TASK_ID - 1) * ${PER_JOB:-10} + 1))
people=$(cd "$BIDS" && ls -d sub-*/ | LC_ALL=C sort | tail -n "+$first" | head -n "${PER_JOB:-10}" | sed 's|^sub-||; s|/$||')
[ -n "$people" ] || exit 0
# shellcheck disable=SC2086
exec "$fascicle" cohort "$BIDS" "$OUT" participant --participant-label $people --n-procs "${SLURM_CPUS_PER_TASK:-1}" \
    --omp-nthreads 1 ${OPTIONS:-}
