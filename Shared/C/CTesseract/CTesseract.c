#include "include/CTesseract.h"

ETEXT_DESC *ctesseract_monitor(int deadline_milliseconds)
{
    ETEXT_DESC *monitor = TessMonitorCreate();
    if (monitor != NULL) {
        TessMonitorSetDeadlineMSecs(monitor, deadline_milliseconds);
    }
    return monitor;
}
