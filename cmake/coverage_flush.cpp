// Workers and children that could not be started end without running exit handlers, in one of which
// gcov writes its counters. A coverage build is linked so that both calls come here first.
extern "C" {

#include <gcov.h>  // without extern "C" of its own

[[noreturn]] void __real__exit(int status);
[[noreturn]] void __real__Exit(int status);

[[noreturn]] void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}

[[noreturn]] void __wrap__Exit(int status) {
  __gcov_dump();
  __real__Exit(status);
}

}  // extern "C"
