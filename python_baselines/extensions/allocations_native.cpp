// Counts how often Python code asks the interpreter for memory: once for each object that does not
// come from a free list, and once for each buffer behind one.
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>

namespace py = pybind11;

namespace {

// Wraps one of the interpreter's allocators as long as it lives. The wrapped allocator makes all
// blocks, and may therefore free them at any later time.
class Counter {
 public:
  explicit Counter(PyMemAllocatorDomain domain) : domain_(domain) {
    PyMem_GetAllocator(domain_, &behind_);
    PyMemAllocatorEx counting{this, &Counter::allocate, &Counter::allocate_zeroed, &Counter::resize,
                              &Counter::release};
    PyMem_SetAllocator(domain_, &counting);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  ~Counter() { PyMem_SetAllocator(domain_, &behind_); }

  std::int64_t count() const { return count_; }

 private:
  static Counter& self(void* context) { return *static_cast<Counter*>(context); }
  static void* allocate(void* context, std::size_t size) {
    ++self(context).count_;
    return self(context).behind_.malloc(self(context).behind_.ctx, size);
  }
  static void* allocate_zeroed(void* context, std::size_t count, std::size_t size) {
    ++self(context).count_;
    return self(context).behind_.calloc(self(context).behind_.ctx, count, size);
  }
  static void* resize(void* context, void* block, std::size_t size) {
    ++self(context).count_;
    return self(context).behind_.realloc(self(context).behind_.ctx, block, size);
  }
  static void release(void* context, void* block) {
    self(context).behind_.free(self(context).behind_.ctx, block);
  }

  PyMemAllocatorDomain domain_;
  PyMemAllocatorEx behind_{};
  std::int64_t count_ = 0;
};

std::int64_t count(const py::function& function, const py::args& arguments) {
  const Counter objects(PYMEM_DOMAIN_OBJ), buffers(PYMEM_DOMAIN_MEM);
  function(*arguments);
  return objects.count() + buffers.count();
}

}  // namespace

PYBIND11_MODULE(allocations_native, module) {
  module.def("count", count, "How many allocations the call function(*arguments) makes.");
}
