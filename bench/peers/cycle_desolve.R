# deSolve's adams with the compiled right-hand side of Fascicle's cycle: processor time of a patient-year and the error
# against CVODES at 1e-9.
# usage: Rscript cycle_desolve.R cycle_peer.so
suppressPackageStartupMessages(library(deSolve))
day <- c(14, 90, 180, 365)
rounds <- 12
repeats <- 2 # as many rounds as bench_cycle and about as long: load then hits both alike

path <- normalizePath(commandArgs(trailingOnly = TRUE)[1])
dyn.load(path)
dll <- sub("\\.so$", "", basename(path))

processor_s <- function() sum(proc.time()[c("user.self", "sys.self")])

solve_year <- function(start) {
  ode(start, c(0, day), func = "cycle_r_derivs", parms = 0, dllname = dll, initfunc = "cycle_r_init",
      method = "adams", rtol = 1e-4, atol = 1e-6, maxsteps = 1e5)
}

for (set in 0:1) {
  n_state <- .C("cycle_r_open", set, n = 0L, PACKAGE = dll)$n
  if (n_state < 0) stop("the model cannot be built")
  start <- .C("cycle_r_start", y = numeric(n_state), PACKAGE = dll)$y
  exact <- .C("cycle_r_exact", y = numeric(length(day) * n_state), failed = 0L, PACKAGE = dll)
  if (exact$failed) stop("no reference solution")
  best <- Inf
  for (k in seq_len(rounds)) {
    cpu <- processor_s()
    for (r in seq_len(repeats)) run <- solve_year(start)
    best <- min(best, (processor_s() - cpu) / repeats)
  }
  if (nrow(run) != length(day) + 1) stop("adams did not reach the last day")
  error <- max(abs(t(unclass(run)[-1, -1]) - matrix(exact$y, nrow = n_state)))
  cat(sprintf("set %s: deSolve %s adams: %.2f ms of processor per patient-year, %d evaluations, error %.1e\n",
              c("A", "B")[set + 1], packageVersion("deSolve"), 1e3 * best, attr(run, "istate")[3], error))
}
