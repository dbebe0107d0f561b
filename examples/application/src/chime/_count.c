/* The number of strokes of a twelve-hour clock. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *strokes(PyObject *self, PyObject *argument)
{
    long hour = PyLong_AsLong(argument);
    (void)self;
    if (hour == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(hour % 12 == 0 ? 12 : hour % 12);
}

static PyMethodDef methods[] = {
    {"strokes", strokes, METH_O, "Return the strokes for an hour."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_count", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__count(void)
{
    return PyModule_Create(&definition);
}
