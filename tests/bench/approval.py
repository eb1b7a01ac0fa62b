"""The approval that the benchmarks run: the same process for both runtimes.

calc margin → margin < 0.15 ? board : manager → notify → end
"""

_HEAD = (
    '<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="bench" id="d">'
    '<process id="approval" isExecutable="true"><startEvent id="start"/>'
)
_FLOWS = (
    '<exclusiveGateway id="gw" default="f3"/><exclusiveGateway id="merge"/><endEvent id="end"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="calc"/>'
    '<sequenceFlow id="f2" sourceRef="calc" targetRef="gw"/>'
    '<sequenceFlow id="f3" sourceRef="gw" targetRef="manager"/>'
    '<sequenceFlow id="f4" sourceRef="gw" targetRef="board">'
    '<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
    "</sequenceFlow>"
    '<sequenceFlow id="f5" sourceRef="board" targetRef="merge"/>'
    '<sequenceFlow id="f6" sourceRef="manager" targetRef="merge"/>'
    '<sequenceFlow id="f7" sourceRef="merge" targetRef="notify"/>'
    '<sequenceFlow id="f8" sourceRef="notify" targetRef="end"/></process></definitions>'
)

PLAIN = (
    _HEAD
    + '<scriptTask id="calc"><script>margin = (price - cost) / price</script></scriptTask>'
    + '<userTask id="board"/><userTask id="manager"/>'
    + '<scriptTask id="notify"><script>told = True</script></scriptTask>'
    + _FLOWS.format(condition="margin &lt; 0.15")
).encode()


def _script(key: str, text: str, result: str) -> str:
    return (
        f'<scriptTask id="{key}"><extensionElements><zeebe:script expression="{text}" '
        f'resultVariable="{result}"/></extensionElements></scriptTask>'
    )


def _task(key: str) -> str:
    return (
        f'<userTask id="{key}" name="{key}"><extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition candidateGroups="{key}"/>'
        "</extensionElements></userTask>"
    )


OURS = (
    _HEAD
    + _script("calc", "=(price - cost) / price", "margin")
    + _task("board")
    + _task("manager")
    + _script("notify", "=true", "told")
    + _FLOWS.format(condition="=margin &lt; 0.15")
).encode()
