#pragma once
// What the build made and where it put it, for the tests that open it. Linked in, not compiled in: so the sources
// compile to the same wherever the checkout is, and a compiler cache knows them again. Each program defines what it
// asks for: cmake/built.cmake.

namespace ntrt::built {

extern const char* const kCorpusFolder;
extern const char* const kVersionedLibraries;
extern const char* const kOddModules;

extern const char* const kStandinFolder;
extern const char* const kStandinCuda;
extern const char* const kStandinNvml;
extern const char* const kStandinTensorRt;
extern const char* const kStandinParser;

extern const char* const kBackendFlavour;
extern const char* const kBackendModule;
extern const char* const kOtherModule;

}  // namespace ntrt::built
