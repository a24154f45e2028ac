"""Recurrent layers and cells: directions, layers, projections, states, sequences of unequal length."""

import torch

from layers import flat, layer, layer_case
from operands import exactly, real

SIZES = {"input_size": 3, "hidden_size": 4}


def rnn(**attributes):
    return torch.nn.RNN(**attributes)


def lstm(**attributes):
    return torch.nn.LSTM(**attributes)


def gru(**attributes):
    return torch.nn.GRU(**attributes)


def states_of(module, output):
    return output[1] if isinstance(module, torch.nn.LSTM) else (output[1],)


def use_given_weights(module):
    """A recurrent module keeps its weights in a list of its own, which a functional call does not replace."""
    module._flat_weights = [getattr(module, name) for name in module._flat_weights_names]


def whole(module, x, *initial):
    """Outputs and last states; initial states where they are given."""
    use_given_weights(module)
    given = initial if isinstance(module, torch.nn.LSTM) else (initial or (None,))[0]
    output = module(x, given) if initial else module(x)
    return flat(output[0], *states_of(module, output))


def unequal(module, x, lengths):
    """Each sequence on its own, by the definition of unequal lengths: zeros past the end, the state of the last own step."""
    use_given_weights(module)
    outputs, states = [], []
    for b in range(x.shape[1]):
        n = int(lengths[b])
        width = module.num_layers * (2 if module.bidirectional else 1)
        if n == 0:
            features = (module.proj_size or module.hidden_size) * (2 if module.bidirectional else 1)
            outputs.append(x.new_zeros(x.shape[0], features))
            sizes = [module.proj_size or module.hidden_size] + [module.hidden_size] * isinstance(module, torch.nn.LSTM)
            states.append([x.new_zeros(width, size) for size in sizes])
            continue
        output = module(x[:n, b])
        outputs.append(torch.cat([output[0], x.new_zeros(x.shape[0] - n, output[0].shape[1])]))
        states.append(list(states_of(module, output)))
    return flat(torch.stack(outputs, 1), *(torch.stack(parts, 1) for parts in zip(*states)))


def cell(module, x, *state):
    given = state if isinstance(module, torch.nn.LSTMCell) else (state or (None,))[0]
    output = module(x, given) if state else module(x)
    return flat(*output) if isinstance(output, tuple) else output


LAYERS = {"rnn": rnn, "lstm": lstm, "gru": gru}
CELLS = {"rnn cell": torch.nn.RNNCell, "lstm cell": torch.nn.LSTMCell, "gru cell": torch.nn.GRUCell}

OPERATIONS = {
    **{name: layer(build, call=whole) for name, build in LAYERS.items()},
    **{f"{name} from a state": layer(build, 3 if name == "lstm" else 2, whole) for name, build in LAYERS.items()},
    **{f"{name} of unequal lengths": layer(build, 2, unequal) for name, build in LAYERS.items()},
    **{name: layer(build, call=cell) for name, build in CELLS.items()},
    **{f"{name} from a state": layer(build, 3 if "lstm" in name else 2, cell) for name, build in CELLS.items()},
}


def sequences(name, build):
    yield layer_case(name, build, real(5, 2, 3), **SIZES)
    yield layer_case(name, build, real(4, 2, 3), num_layers=2, bidirectional=True, **SIZES)
    yield layer_case(name, build, real(2, 4, 3), batch_first=True, bias=False, **SIZES)
    yield layer_case(name, build, real(4, 3), label="of one sequence", bidirectional=True, **SIZES)
    yield layer_case(name, build, real(1, 1, 1), input_size=1, hidden_size=1)
    states = [real(2, 2, 4)] * (2 if name == "lstm" else 1)
    yield layer_case(f"{name} from a state", build, real(3, 2, 3), *states, num_layers=2, **SIZES)
    yield layer_case(f"{name} of unequal lengths", build, real(4, 3, 3), exactly(2, 4, 1, type="int64"), **SIZES)
    yield layer_case(f"{name} of unequal lengths", build, real(3, 3, 3), exactly(3, 0, 2, type="int64"),
                     label="one empty", num_layers=2, bidirectional=True, **SIZES)


CASES = [
    *(case for name, build in LAYERS.items() for case in sequences(name, build)),
    layer_case("rnn", rnn, real(5, 2, 3), nonlinearity="relu", **SIZES),
    layer_case("lstm", lstm, real(4, 2, 3), proj_size=2, num_layers=2, **SIZES),
    layer_case("lstm", lstm, real(3, 2, 3), proj_size=1, bidirectional=True, bias=False, **SIZES),
    *(layer_case(name, build, real(2, 3), **SIZES) for name, build in CELLS.items()),
    *(layer_case(name, build, real(3), label="of one input", bias=False, **SIZES) for name, build in CELLS.items()),
    *(layer_case(f"{name} from a state", build, real(2, 3), *[real(2, 4)] * (2 if "lstm" in name else 1), **SIZES)
      for name, build in CELLS.items()),
]
