"""scipy's RK45 on Fascicle's cycle: processor time of a patient-year and the error against CVODES at 1e-9.

usage: cycle_scipy.py cycle_peer.so
"""
import os

# Two cores spinning in a BLAS would count against scipy.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import ctypes
import sys
import time

import numpy
import scipy
from scipy.integrate import solve_ivp

DAYS = (14.0, 90.0, 180.0, 365.0)
ROUNDS, REPEATS = 12, 2  # as many rounds as bench_cycle and about as long: load then hits both alike

peer = ctypes.CDLL(os.path.abspath(sys.argv[1]))
rhs = peer.cycle_peer_rhs
rhs.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
peer.cycle_peer_start.argtypes = [ctypes.c_void_p]
peer.cycle_peer_exact.argtypes = [ctypes.c_void_p]


def slope(_, y):
    y = numpy.ascontiguousarray(y)
    dy = numpy.empty_like(y)
    rhs(y.ctypes.data, dy.ctypes.data)
    return dy


for number, name in enumerate("AB"):
    n_state = peer.cycle_peer_open(number)
    if n_state < 0:
        sys.exit("cycle_scipy: the model cannot be built")
    start = numpy.zeros(n_state)
    exact = numpy.zeros((len(DAYS), n_state))
    if peer.cycle_peer_start(start.ctypes.data) or peer.cycle_peer_exact(exact.ctypes.data):
        sys.exit("cycle_scipy: no reference solution")
    best = float("inf")
    for _ in range(ROUNDS):
        cpu = time.process_time()
        for _ in range(REPEATS):
            run = solve_ivp(slope, (0, DAYS[-1]), start, method="RK45", t_eval=DAYS, rtol=1e-4, atol=1e-6)
        best = min(best, (time.process_time() - cpu) / REPEATS)
    if not run.success:
        sys.exit("cycle_scipy: " + run.message)
    error = abs(run.y.T - exact).max()
    print(f"set {name}: scipy {scipy.__version__} RK45: {1e3 * best:.2f} ms of processor per patient-year, "
          f"{run.nfev} evaluations, error {error:.1e}")
peer.cycle_peer_close()
