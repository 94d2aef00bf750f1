// A library that only says which version of TensorRT it is.

#include <cstdint>

#ifdef _WIN32
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

EXPORT int32_t getInferLibMajorVersion() { return LIBRARY_MAJOR; }
EXPORT int32_t getInferLibMinorVersion() { return LIBRARY_MINOR; }
EXPORT int32_t getInferLibPatchVersion() { return 1; }
EXPORT int32_t getInferLibBuildVersion() { return 7; }
