# A thin handle on Meson; everything happens in build/.
.PHONY: all demo check bench learn-forecast install deps
all: deps
	@test -f build/build.ninja || meson setup build >/dev/null
	@ninja -C build --quiet
deps:
	@scripts/install-deps
demo: all
	@scripts/demo build/tools/fascicle/fascicle
check: deps
	@scripts/check
bench: all
	@scripts/bench build
# Some minutes: what data/cycle/discrepancy.tsv was learnt with.
learn-forecast: all
	@ninja -C build --quiet bench/learn_forecast
	@build/bench/learn_forecast
install: all
	meson install -C build
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig # so that C programs find the library
