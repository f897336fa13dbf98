// gapmeter_loop: calls in a row and what they take, for interpreters other than the embedded one.
// Built for each of them where it is first used (session/loop_module.h), with nothing but the
// interpreter's headers; engine.py has the same two functions in Python where it can't be built.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <malloc.h>
#include <time.h>

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

// Calls `calls` times, each time with the arguments `step` further on. Results are freed before the
// next call. Returns the time as an int, or NULL with what a call raised.
static PyObject* time_calls(PyObject* function, PyObject** arguments, size_t count, Py_ssize_t step,
                            long long calls) {
  const size_t flags = count | PY_VECTORCALL_ARGUMENTS_OFFSET;
  const long long start = now_ns();
  for (long long i = 0; i < calls; ++i) {
    PyObject* result = PyObject_Vectorcall(function, arguments, flags, NULL);
    if (result == NULL) return NULL;
    Py_DECREF(result);
    arguments += step;
  }
  return PyLong_FromLongLong(now_ns() - start);
}

// Borrowed items, after a slot that belongs to the callee: a bound method puts its self into it.
static void lay_out(PyObject** slot, PyObject* arguments) {
  slot[0] = NULL;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arguments); ++i) {
    slot[i + 1] = PyTuple_GET_ITEM(arguments, i);
  }
}

static PyObject* timed(PyObject* Py_UNUSED(module), PyObject* given) {
  PyObject *function, *arguments;
  long long calls;
  if (!PyArg_ParseTuple(given, "OO!L", &function, &PyTuple_Type, &arguments, &calls)) return NULL;
  const Py_ssize_t count = PyTuple_GET_SIZE(arguments);
  PyObject** slots = PyMem_New(PyObject*, (size_t)count + 1);
  if (slots == NULL) return PyErr_NoMemory();
  lay_out(slots, arguments);
  PyObject* taken = time_calls(function, slots + 1, (size_t)count, 0, calls);
  PyMem_Free(slots);
  return taken;
}

static PyObject* timed_each(PyObject* Py_UNUSED(module), PyObject* given) {
  PyObject *function, *all;
  if (!PyArg_ParseTuple(given, "OO!", &function, &PyList_Type, &all)) return NULL;
  const Py_ssize_t calls = PyList_GET_SIZE(all);
  const Py_ssize_t count = calls == 0 ? 0 : PyTuple_GET_SIZE(PyList_GET_ITEM(all, 0));
  PyObject** slots = PyMem_New(PyObject*, (size_t)(calls * (count + 1) + 1));
  if (slots == NULL) return PyErr_NoMemory();
  for (Py_ssize_t i = 0; i < calls; ++i) {
    lay_out(slots + i * (count + 1), PyList_GET_ITEM(all, i));
  }
  PyObject* taken = time_calls(function, slots + 1, (size_t)count, count + 1, calls);
  PyMem_Free(slots);
  return taken;
}

static PyObject* trim(PyObject* Py_UNUSED(module), PyObject* Py_UNUSED(nothing)) {
  malloc_trim(0);
  Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"timed", timed, METH_VARARGS,
     "timed(function, arguments, calls): nanoseconds of so many calls with the same arguments."},
    {"timed_each", timed_each, METH_VARARGS,
     "timed_each(function, list): nanoseconds of a call with each tuple, all of one length."},
    {"trim", trim, METH_NOARGS, "Hand freed heap memory back to the system."},
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots_of_module[] = {
#ifdef Py_MOD_GIL_NOT_USED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "gapmeter_loop",
                                        .m_methods = functions, .m_slots = slots_of_module};

PyMODINIT_FUNC PyInit_gapmeter_loop(void) { return PyModuleDef_Init(&definition); }
