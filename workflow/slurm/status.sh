#!/bin/sh
# What became of a job, in Snakemake's words. Slurm must remember ended jobs for some minutes (MinJobAge).
case $(scontrol -o show job "$1" 2>/dev/null | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p') in
COMPLETED) echo success ;;
PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED | REQUEUED | RESIZING | '') echo running ;;
*) echo failed ;;
esac
