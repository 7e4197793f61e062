# A thin handle on Meson; everything happens in build/.
.PHONY: all demo check bench install deps fuzz torture
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
# Slow suites: 10 minutes a reader; at most an hour. What they hold is in doc/trust.md.
fuzz: deps
	@scripts/fuzz
torture: all
	@tests/torture/torture build/tools/fascicle/fascicle
	@tests/torture/hostile build/tools/fascicle/fascicle
	@tests/torture/viewer build/tools/fascicle/fascicle
	@tests/torture/limits build/tools/fascicle/fascicle
	@tests/torture/races || [ $$? = 77 ]
	@tests/torture/same build/tools/fascicle/fascicle
	@tests/torture/damage build/tools/fascicle/fascicle 60 200 build/tests/dicom/dicom_make
	@ninja -C build bench/bench_labels >/dev/null && tests/torture/labels build/bench/bench_labels
	@tests/torture/archive build/tools/fascicle/fascicle build/tests/dicom/dicom_make build/tests/cli/cli-data || [ $$? = 77 ]
install: all
	meson install -C build
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig # so that C programs find the library
