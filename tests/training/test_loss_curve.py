import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from cscfuse_keras.training.loss_curve import HEIGHT, MARGIN, WIDTH, loss_curve_svg

SVG = "{http://www.w3.org/2000/svg}"


def history(losses, validation_losses):
    return [
        {"epoch": k + 1, "loss": loss, "val_loss": validation_loss}
        for k, (loss, validation_loss) in enumerate(zip(losses, validation_losses, strict=True))
    ]


def curves(svg):
    """Points of the loss and of the validation loss, each (epochs, 2)."""
    lines = ElementTree.fromstring(svg).findall(f"{SVG}polyline")
    return [np.array([point.split(",") for point in line.get("points").split()], float) for line in lines]


def test_positive_losses_are_drawn_on_a_logarithmic_scale():
    loss, validation_loss = curves(loss_curve_svg(history([1.0, 0.1, 0.01], [1.0, 1.0, 0.1])))
    bottom, right = HEIGHT - MARGIN, WIDTH - MARGIN
    middle = (MARGIN + bottom) / 2
    np.testing.assert_allclose(loss, [[MARGIN, MARGIN], [WIDTH / 2, middle], [right, bottom]], atol=0.1)
    np.testing.assert_allclose(validation_loss[:, 1], [MARGIN, MARGIN, middle], atol=0.1)


def test_losses_that_become_negative_are_drawn_on_a_linear_scale():
    loss, _ = curves(loss_curve_svg(history([0.5, 0.0, -0.5], [0.5, 0.0, -0.5])))
    np.testing.assert_allclose(loss[:, 1], [MARGIN, HEIGHT / 2, HEIGHT - MARGIN], atol=0.1)


@pytest.mark.parametrize("values", [[0.3], [0.3, 0.3]])
def test_one_epoch_or_a_flat_curve_stays_inside(values):
    for curve in curves(loss_curve_svg(history(values, values))):
        assert np.isfinite(curve).all()
        assert ((curve >= MARGIN) & (curve <= [WIDTH - MARGIN, HEIGHT - MARGIN])).all()


def test_last_losses_and_epoch_are_written():
    svg = loss_curve_svg(history([1.0, 0.25], [2.0, 0.5]))
    texts = [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"loss 0.25", "val_loss 0.5", "epoch 2"} <= set(texts)
    assert re.match(r"<svg [^>]*viewBox=", svg)
