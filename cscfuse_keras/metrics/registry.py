"""The registry of metrics: each with its name, direction, range, definition and source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics.average_gradient import average_gradient
from cscfuse_keras.metrics.chen_blum_quality import chen_blum_quality
from cscfuse_keras.metrics.chen_varshney_quality import chen_varshney_quality
from cscfuse_keras.metrics.correlation_coefficient import correlation_coefficient
from cscfuse_keras.metrics.cross_entropy import cross_entropy, root_cross_entropy
from cscfuse_keras.metrics.edge_preservation import edge_preservation
from cscfuse_keras.metrics.entropy import entropy
from cscfuse_keras.metrics.ergas import ergas
from cscfuse_keras.metrics.feature_mutual_information import (
    cosine_feature_mutual_information,
    pixel_feature_mutual_information,
)
from cscfuse_keras.metrics.fusion_artifacts import (
    fusion_artifacts,
    petrovic_fusion_artifacts,
    unweighted_fusion_artifacts,
)
from cscfuse_keras.metrics.hypercomplex_quality import hypercomplex_quality
from cscfuse_keras.metrics.mean_band_similarity import mean_band_similarity
from cscfuse_keras.metrics.mef_ssim import mef_ssim, single_scale_mef_ssim
from cscfuse_keras.metrics.multi_scale_structural_similarity import multi_scale_structural_similarity
from cscfuse_keras.metrics.mutual_information import mutual_information, mutual_information_in_nats
from cscfuse_keras.metrics.nonlinear_correlation_entropy import nonlinear_correlation_information_entropy
from cscfuse_keras.metrics.normalised_mutual_information import normalised_mutual_information
from cscfuse_keras.metrics.peak_signal_to_noise_ratio import peak_signal_to_noise_ratio
from cscfuse_keras.metrics.perceptual_similarity import perceptual_similarity
from cscfuse_keras.metrics.piqe import piqe
from cscfuse_keras.metrics.quality_with_no_reference import quality_with_no_reference
from cscfuse_keras.metrics.spatial_distortion import spatial_distortion
from cscfuse_keras.metrics.spatial_frequency import spatial_frequency, valid_spatial_frequency
from cscfuse_keras.metrics.spectral_angle import spectral_angle
from cscfuse_keras.metrics.spectral_distortion import spectral_distortion
from cscfuse_keras.metrics.standard_deviation import global_standard_deviation, standard_deviation
from cscfuse_keras.metrics.structural_similarity import structural_similarity
from cscfuse_keras.metrics.sum_of_correlations_of_differences import sum_of_correlations_of_differences
from cscfuse_keras.metrics.training_mef_ssim import training_mef_ssim
from cscfuse_keras.metrics.visual_information_fidelity import (
    summed_pixel_visual_information_fidelity,
    visual_information_fidelity,
)

MetricFunction = Callable[[np.ndarray, Sequence[np.ndarray]], float]


@dataclass(frozen=True)
class Metric:
    """One row of the registry.

    Attributes:
        name: the key in `METRICS` and the heading of a table's column, such as "EN".
        title: the name written out.
        function: takes the fused image and the sequence of its sources, and returns the value. No-reference metrics
            leave the sources out of account; `sees` says which sources it gets.
        tasks: the tasks that it judges, such as ("ivf",).
        direction: whether a "higher" or a "lower" value is better.
        value_range: the least and the greatest value possible (for two sources, where their number counts).
        definition: the definition in one line.
        source: where the definition comes from.
        tested_against: what the tests compare the function with.
        definition_set: the family of definitions that a table may show together: "table1" for those behind
            Table 1 of the CSCFuse paper, "textbook" for other metrics and for the usual forms of those that
            the paper's table defines otherwise, "training" for what networks are trained on; in tables only if asked
            for, "further" for what other papers report, and "package" for what a package computes that may be missing.
        sees: "grey" if the function takes images (height, width) in 0..255, "colour" if it takes RGB ones
            (height, width, 3) too; for images (height, width, bands) in [0, 1], "truth" if its sources are the truth
            and the low-resolution image, "inputs" if they are the low-resolution image, the guide and the guide at
            low resolution.
    """

    name: str
    title: str
    function: MetricFunction
    tasks: tuple[str, ...]
    direction: Literal["higher", "lower"]
    value_range: tuple[float, float]
    definition: str
    source: str
    tested_against: str
    definition_set: str
    sees: Literal["grey", "colour", "truth", "inputs"] = "grey"


_TABLE1 = "Table 1 of Zhao et al., CVPR Workshops 2023"
_TABLE3 = "Table 3 of Zhao et al., CVPR Workshops 2023"
_LIU = "form of Liu et al., IEEE Transactions on Pattern Analysis and Machine Intelligence 34(1), 2012"
_FMI = "Haghighat et al., Computers and Electrical Engineering 37(5), 2011; Haghighat and Razian, AICT 2014"
_NABF = "Petrovic and Xydeas, ICCV 2005"
_ASKED_FOR = ("further", "package")
_QNR = "Alparone et al., Photogrammetric Engineering and Remote Sensing 74(2), 2008"

_ROWS = (
    Metric(
        name="EN",
        title="entropy",
        function=entropy,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 8.0),
        definition="-sum p log2 p over the 256-bin histogram of F",
        source=_TABLE1,
        tested_against="hand-computed cases; scikit-image shannon_entropy",
        definition_set="table1",
    ),
    Metric(
        name="MI",
        title="mutual information",
        function=mutual_information,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 16.0),
        definition="I(A;F) + I(B;F) in bits, 256x256-bin joint histograms, not normalised",
        source=f"{_TABLE1}; Qu et al., Electronics Letters 38(7), 2002",
        tested_against="hand-computed cases; plain sum over all pairs of levels",
        definition_set="table1",
    ),
    Metric(
        name="SD",
        title="standard deviation",
        function=standard_deviation,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 127.5),
        definition="root mean square of F minus the mean of its column",
        source=_TABLE1,
        tested_against="hand-computed cases; plain loops",
        definition_set="table1",
    ),
    Metric(
        name="SF",
        title="spatial frequency",
        function=spatial_frequency,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 255 * 2**0.5),
        definition="sqrt(mean Dx^2 + mean Dy^2) over all pixels, F being 0 beyond its right and bottom edge",
        source=_TABLE1,
        tested_against="hand-computed cases; plain loops",
        definition_set="table1",
    ),
    Metric(
        name="VIF",
        title="visual information fidelity for fusion (VIFF)",
        function=visual_information_fidelity,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, float("inf")),
        definition="VIFF: per pixel the source of smaller gain; scales weighted 1, 0, 0.15, 1; noise 325.125",
        source=f"{_TABLE1}; Han et al., Information Fusion 14(2), 2013",
        tested_against="plain loops over windows; the closed form for a fused image of scaled contrast",
        definition_set="table1",
    ),
    Metric(
        name="AG",
        title="average gradient",
        function=average_gradient,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 1020.0),
        definition="sum sqrt((gx^2 + gy^2)/2) / ((M-1)(N-1)), central differences, one-sided at the border",
        source=_TABLE1,
        tested_against="hand-computed cases; plain loops",
        definition_set="table1",
    ),
    Metric(
        name="SCD",
        title="sum of the correlations of differences",
        function=sum_of_correlations_of_differences,
        tasks=("ivf",),
        direction="higher",
        value_range=(-2.0, 2.0),
        definition="corr(F - B, A) + corr(F - A, B), signed differences",
        source=f"{_TABLE1}; Aslantas and Bendes, AEU 69(12), 2015",
        tested_against="hand-computed cases; numpy.corrcoef",
        definition_set="table1",
    ),
    Metric(
        name="Qabf",
        title="edge preservation",
        function=edge_preservation,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 1.0),
        definition="preserved Sobel strength and orientation, weighted by the sources' strength (L = 1)",
        source="Xydeas and Petrovic, Electronics Letters 36(4), 2000",
        tested_against="hand-computed cases; plain loops",
        definition_set="textbook",
    ),
    Metric(
        name="SSIM",
        title="structural similarity",
        function=structural_similarity,
        tasks=("ivf",),
        direction="higher",
        value_range=(-1.0, 1.0),
        definition="mean of SSIM(F, A) and SSIM(F, B), 11x11 Gaussian, sigma 1.5, data range 255, valid area",
        source="Wang et al., IEEE Transactions on Image Processing 13(4), 2004",
        tested_against="scikit-image structural_similarity; hand-computed cases",
        definition_set="textbook",
    ),
    Metric(
        name="CC",
        title="correlation coefficient",
        function=correlation_coefficient,
        tasks=("ivf",),
        direction="higher",
        value_range=(-1.0, 1.0),
        definition="mean of the Pearson correlations of F with A and with B",
        source="Pearson correlation",
        tested_against="hand-computed cases; numpy.corrcoef",
        definition_set="textbook",
    ),
    Metric(
        name="MI-nats",
        title="mutual information in nats",
        function=mutual_information_in_nats,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 12.0),
        definition="MI with natural logarithms: ln 2 times MI",
        source="Qu et al., Electronics Letters 38(7), 2002",
        tested_against="MI, which is tested itself",
        definition_set="textbook",
    ),
    Metric(
        name="SD-global",
        title="global standard deviation",
        function=global_standard_deviation,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 127.5),
        definition="root mean square of F minus the mean of the whole image",
        source="standard deviation of the population",
        tested_against="hand-computed cases; plain loops",
        definition_set="textbook",
    ),
    Metric(
        name="SF-valid",
        title="spatial frequency over valid differences",
        function=valid_spatial_frequency,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 255 * 2**0.5),
        definition="sqrt(mean Dx^2 + mean Dy^2), each mean over the differences inside the image",
        source="Eskicioglu and Fisher, IEEE Transactions on Communications 43(12), 1995",
        tested_against="hand-computed cases; plain loops",
        definition_set="textbook",
    ),
    Metric(
        name="VIFp",
        title="pixel-domain visual information fidelity, summed over the sources",
        function=summed_pixel_visual_information_fidelity,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, float("inf")),
        definition="VIFp(A, F) + VIFp(B, F), four scales, noise 2",
        source="Sheikh and Bovik, IEEE Transactions on Image Processing 15(2), 2006",
        tested_against="torchmetrics visual_information_fidelity; plain loops; the closed form for scaled contrast",
        definition_set="textbook",
    ),
    Metric(
        name="NMI",
        title="normalised mutual information (Qmi)",
        function=normalised_mutual_information,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 2.0),
        definition="2 I(A;F) / (H(A) + H(F)) + 2 I(B;F) / (H(B) + H(F))",
        source="Hossny et al., Electronics Letters 44(18), 2008",
        tested_against="scikit-image normalized_mutual_information; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="NCIE",
        title="nonlinear correlation information entropy",
        function=nonlinear_correlation_information_entropy,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.8, 1.0),
        definition="1 + sum (e/3) log256(e/3), e the eigenvalues of the matrix of I/8 of A, B and F, its diagonal 1",
        source="Wang, Shen, Jin, in Stathaki (editor), Image Fusion: Algorithms and Applications, 2008, chapter 19",
        tested_against="plain sums and the characteristic polynomial's roots; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="CE",
        title="cross entropy, mean over the sources",
        function=cross_entropy,
        tasks=("ivf",),
        direction="lower",
        value_range=(-0.531, float("inf")),
        definition="mean of sum p log2(p/q), p the histogram of A or B, q that of F, over levels in both",
        source="Bulanon et al., Biosystems Engineering 103(1), 2009; form of VIFB, Zhang et al., CVPR Workshops 2020",
        tested_against="scipy.stats entropy; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="CE-root",
        title="cross entropy, root mean square over the sources",
        function=root_cross_entropy,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, float("inf")),
        definition="root mean square, in place of the mean, of the two values that CE averages",
        source="Bulanon et al., Biosystems Engineering 103(1), 2009",
        tested_against="scipy.stats entropy; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="FMI-pixel",
        title="feature mutual information of grey levels",
        function=pixel_feature_mutual_information,
        tasks=("ivf",),
        direction="higher",
        value_range=(float("-inf"), float("inf")),
        definition="mean of 2 I / (H(p) + H(q)) over 3x3 windows as distributions, joint by Frechet's bounds",
        source=_FMI,
        tested_against="plain loops over windows and all 81 pairs of positions; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="FMI-dct",
        title="feature mutual information of the cosine transform",
        function=cosine_feature_mutual_information,
        tasks=("ivf",),
        direction="higher",
        value_range=(float("-inf"), float("inf")),
        definition="FMI-pixel of the orthonormal DCT-II of the whole image",
        source=_FMI,
        tested_against="plain loops over windows and all 81 pairs of positions; transform: scipy.fft dctn",
        definition_set="further",
    ),
    Metric(
        name="Nabf",
        title="fusion artifacts",
        function=fusion_artifacts,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, 1.0),
        definition="weighted loss of edge preservation where F has a stronger edge than A and B, each by its weight",
        source=f"Shreyamsha Kumar, Signal, Image and Video Processing 7(6), 2013; {_NABF}",
        tested_against="plain loops; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="Nabf-unweighted",
        title="fusion artifacts, even weights",
        function=unweighted_fusion_artifacts,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, 1.0),
        definition="Nabf with even weights, as the usual program gives it for images in [0, 1]",
        source="form of Li and Wu, IEEE Transactions on Image Processing 28(5), 2019",
        tested_against="plain loops; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="Nabf-petrovic",
        title="fusion artifacts in their first form",
        function=petrovic_fusion_artifacts,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, 2.0),
        definition="Nabf with the losses of both sources added and weighted by the weights of both",
        source=_NABF,
        tested_against="plain loops; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="MS-SSIM",
        title="multi-scale structural similarity",
        function=multi_scale_structural_similarity,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 1.0),
        definition="mean of MS-SSIM(F, A) and MS-SSIM(F, B), five scales; not MEF-SSIM, which some tables call MS_SSIM",
        source="Wang et al., Asilomar Conference on Signals, Systems and Computers, 2003",
        tested_against="torchmetrics multiscale_structural_similarity_index_measure; coarsest scale: scikit-image",
        definition_set="further",
    ),
    Metric(
        name="Qcb",
        title="Chen-Blum quality",
        function=chen_blum_quality,
        tasks=("ivf",),
        direction="higher",
        value_range=(0.0, 1.0),
        definition="local contrast that is kept, after filtering by contrast sensitivity, weighted by the sources' own",
        source=f"Chen and Blum, Image and Vision Computing 27(10), 2009; {_LIU}",
        tested_against="plain Fourier sums and windows; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="Qcv",
        title="Chen-Varshney quality",
        function=chen_varshney_quality,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, float("inf")),
        definition="visible squared difference in 16x16 blocks, weighted by the sources' edge strength to the power 5",
        source=f"Chen and Varshney, Information Fusion 8(2), 2007; {_LIU}",
        tested_against="plain Fourier sums and loops over blocks; hand-computed cases",
        definition_set="further",
    ),
    Metric(
        name="LPIPS",
        title="learned perceptual image patch similarity",
        function=perceptual_similarity,
        tasks=("ivf",),
        direction="lower",
        value_range=(0.0, float("inf")),
        definition="mean of the distances of F to A and to B in AlexNet's features; needs the package lpips",
        source="Zhang et al., CVPR 2018",
        tested_against="the arithmetic is the package's; what it is given: a stand-in",
        definition_set="package",
    ),
    Metric(
        name="MEF-SSIM",
        title="multi-exposure structural similarity",
        function=mef_ssim,
        tasks=("mef",),
        direction="higher",
        value_range=(0.0, 1.0),
        definition="three scales to the powers 0.0711, 0.4530, 0.4760; 11x11 patches, Gaussian of sigma 1.5, C = 58.5",
        source="Ma et al., IEEE Transactions on Image Processing 24(11), 2015",
        tested_against="plain loops over patches; hand-computed cases",
        definition_set="textbook",
    ),
    Metric(
        name="MEF-SSIM-single",
        title="multi-exposure structural similarity at one scale",
        function=single_scale_mef_ssim,
        tasks=("mef",),
        direction="higher",
        value_range=(-1.0, 1.0),
        definition="MEF-SSIM at the images' own scale alone",
        source="Ma et al., IEEE Transactions on Image Processing 24(11), 2015",
        tested_against="plain loops over patches; hand-computed cases",
        definition_set="textbook",
    ),
    Metric(
        name="MEF-SSIM-training",
        title="MEF-SSIM with luminance, in colour, the form that networks are trained on",
        function=training_mef_ssim,
        tasks=("mef",),
        direction="higher",
        value_range=(-1.0, 1.0),
        definition="mean luminance term times mean contrast-structure term with the strongest exposure; RGB, one scale",
        source="Ma et al., IEEE Transactions on Image Processing 29, 2020",
        tested_against="golden vectors; the loss in float32; hand-computed cases",
        definition_set="training",
        sees="colour",
    ),
    Metric(
        name="PIQE",
        title="perception-based image quality evaluator",
        function=piqe,
        tasks=("mef",),
        direction="lower",
        value_range=(0.0, 100.0),
        definition="distortion of the active 16x16 blocks of F, in percent; the brightest level of F scaled to 255",
        source="Venkatanath et al., National Conference on Communications, 2015; form of the package pypiqe",
        tested_against="plain loops over blocks; hand-computed cases",
        definition_set="textbook",
    ),
    Metric(
        name="PSNR",
        title="peak signal-to-noise ratio",
        function=peak_signal_to_noise_ratio,
        tasks=("msf",),
        direction="higher",
        value_range=(0.0, float("inf")),
        definition="-10 log10 of the mean squared error over all pixels and bands at once, data range 1; decibels",
        source=_TABLE3,
        tested_against="golden vectors; scikit-image peak_signal_noise_ratio",
        definition_set="table3",
        sees="truth",
    ),
    Metric(
        name="SSIM-bands",
        title="mean structural similarity of the bands",
        function=mean_band_similarity,
        tasks=("msf",),
        direction="higher",
        value_range=(0.0, 1.0),
        definition="SSIM per band, 5x5 Gaussian, sigma 1.5, data range 1, clipped to [0, 1] at each pixel, averaged",
        source=_TABLE3,
        tested_against="golden vectors; hand-computed cases",
        definition_set="table3",
        sees="truth",
    ),
    Metric(
        name="SAM",
        title="spectral angle",
        function=spectral_angle,
        tasks=("msf",),
        direction="lower",
        value_range=(0.0, 90.0),
        definition="mean angle between the spectra of a pixel; degrees",
        source="Yuhas et al., JPL Airborne Geoscience Workshop, 1992",
        tested_against="hand-computed cases; plain loops by the arc cosine",
        definition_set="textbook",
        sees="truth",
    ),
    Metric(
        name="ERGAS",
        title="relative dimensionless global error in synthesis",
        function=ergas,
        tasks=("msf",),
        direction="lower",
        value_range=(0.0, float("inf")),
        definition="100 / scale x root mean square over bands of RMSE / mean of the truth",
        source="Wald, Data Fusion, 2002",
        tested_against="hand-computed cases; plain loops",
        definition_set="textbook",
        sees="truth",
    ),
    Metric(
        name="Q2n",
        title="hypercomplex quality index",
        function=hypercomplex_quality,
        tasks=("msf",),
        direction="higher",
        value_range=(0.0, float("inf")),
        definition="Q4 for any number of bands, as numbers of 2^n components; 32x32 blocks, bands not normalised",
        source="Garzelli and Nencini, IEEE Geoscience and Remote Sensing Letters 6(4), 2009",
        tested_against="Hamilton's table of quaternions; products by recursive doubling, pixel by pixel",
        definition_set="textbook",
        sees="truth",
    ),
    Metric(
        name="D-lambda",
        title="spectral distortion",
        function=spectral_distortion,
        tasks=("msf",),
        direction="lower",
        value_range=(0.0, 2.0),
        definition="mean change of Q between bands, from low to high resolution; blocks of 32 pixels of the high one",
        source=_QNR,
        tested_against="plain loops; hand-computed cases",
        definition_set="textbook",
        sees="inputs",
    ),
    Metric(
        name="D-S",
        title="spatial distortion",
        function=spatial_distortion,
        tasks=("msf",),
        direction="lower",
        value_range=(0.0, 2.0),
        definition="mean change of Q of band and guide, from low to high resolution; blocks of 32 pixels of the high",
        source=_QNR,
        tested_against="plain loops; hand-computed cases",
        definition_set="textbook",
        sees="inputs",
    ),
    Metric(
        name="QNR",
        title="quality with no reference",
        function=quality_with_no_reference,
        tasks=("msf",),
        direction="higher",
        value_range=(-1.0, 1.0),
        definition="(1 - D-lambda) (1 - D-S)",
        source=_QNR,
        tested_against="plain loops; hand-computed cases",
        definition_set="textbook",
        sees="inputs",
    ),
)

METRICS: dict[str, Metric] = {row.name: row for row in _ROWS}


def metrics_for(task: str, definitions: str | None = "table1") -> tuple[Metric, ...]:
    """Return a task's metrics of one set of definitions, in the order of the registry.

    Args:
        task: such as "ivf".
        definitions: such as "table1" or "textbook"; None for those of every set but "further" and "package".

    Returns:
        The rows, at least one.

    Raises:
        UsageError: there is no such metric; the message names the choices.
    """
    of_task = _of_task(task)
    if definitions is None:
        return tuple(row for row in of_task if row.definition_set not in _ASKED_FOR)
    rows = tuple(row for row in of_task if row.definition_set == definitions)
    if not rows:
        known = sorted({row.definition_set for row in of_task})
        raise UsageError(f"definitions: expected one of {', '.join(known)} for {task}, found {definitions!r}")
    return rows


def metrics_named(task: str, names: str) -> tuple[Metric, ...]:
    """Return those metrics of a task that a user asks for, in the order of the registry.

    Args:
        task: such as "ivf".
        names: separated by commas, such as "EN,Qcb"; or "all", which leaves out what needs a package.

    Raises:
        UsageError: there is no such metric; the message names the choices.
    """
    of_task = _of_task(task)
    if names == "all":
        return tuple(row for row in of_task if row.definition_set != "package")
    wanted = [name.strip() for name in names.split(",")]
    known = [row.name for row in of_task]
    for name in wanted:
        if name not in known:
            raise UsageError(f"metrics: expected all or names among {', '.join(known)} for {task}, found {name!r}")
    return tuple(row for row in of_task if row.name in wanted)


def _of_task(task: str) -> list[Metric]:
    rows = [row for row in _ROWS if task in row.tasks]
    if not rows:
        known = sorted({name for row in _ROWS for name in row.tasks})
        raise UsageError(f"task: expected one of {', '.join(known)}, found {task!r}; no metric judges it")
    return rows
