#!/usr/bin/env python3
"""The single images of a folder, series by series, as Enhanced MR objects of many frames (DICOM PS3.3 A.36).
usage: enhanced.py IN OUT (needs pydicom: Debian's python3-pydicom)"""
import pathlib
import sys

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence

source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
ENHANCED_MR, EXPLICIT = "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.1.2.1"
OF_ONE_IMAGE = {"SOPClassUID", "SOPInstanceUID", "ImageType", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
                "SliceThickness", "EchoTime", "EchoNumbers", "FlipAngle", "InstanceNumber", "RescaleSlope", "RescaleIntercept"}


def item(**values):
    one = Dataset()
    for name, value in values.items():
        setattr(one, name, value)
    return Sequence([one])


def frame(image, slices, kinds):
    one = Dataset()
    at, kind = slices.index(float(image.ImagePositionPatient[2])) + 1, image.ImageType[3]
    one.FrameContentSequence = item(StackID="1", InStackPositionNumber=at, TemporalPositionIndex=1, FrameAcquisitionNumber=1,
                                    DimensionIndexValues=[at, int(image.EchoNumbers), kinds.index(kind) + 1])
    one.PlanePositionSequence = item(ImagePositionPatient=image.ImagePositionPatient)
    one.MREchoSequence = item(EffectiveEchoTime=float(image.EchoTime))
    one.MRImageFrameTypeSequence = item(FrameType=["ORIGINAL", "PRIMARY", image.ImageType[2], "NONE"],
                                        ComplexImageComponent="PHASE" if kind == "P" else "MAGNITUDE",
                                        PixelPresentation="MONOCHROME", VolumetricProperties="VOLUME",
                                        VolumeBasedCalculationTechnique="NONE", AcquisitionContrast="UNKNOWN")
    one.PixelValueTransformationSequence = item(RescaleIntercept=getattr(image, "RescaleIntercept", 0),
                                                RescaleSlope=getattr(image, "RescaleSlope", 1), RescaleType="US")
    return one


def join(images):
    images.sort(key=lambda image: (image.ImageType[3], int(image.EchoNumbers), float(image.ImagePositionPatient[2])))
    first = images[0]
    slices = sorted({float(image.ImagePositionPatient[2]) for image in images})
    kinds = sorted({image.ImageType[3] for image in images})
    out = FileDataset(None, {}, preamble=b"\0" * 128)
    for element in first:
        if element.tag.group < 0x30 and element.tag.group != 2 and element.keyword not in OF_ONE_IMAGE:
            out[element.tag] = element
    out.SOPClassUID, out.SOPInstanceUID = ENHANCED_MR, first.SOPInstanceUID + ".77"
    out.ImageType = ["ORIGINAL", "PRIMARY", "MIXED" if len(kinds) > 1 else first.ImageType[2], "NONE"]
    out.NumberOfFrames, out.InstanceNumber = len(images), 1
    out.DimensionOrganizationSequence = item(DimensionOrganizationUID="1.2.3.4.5")
    out.DimensionIndexSequence = Sequence()
    for pointer, group in ((0x00209056, 0x00209111), (0x00189082, 0x00189114), (0x00089208, 0x00189226)):
        out.DimensionIndexSequence += item(DimensionIndexPointer=pointer, FunctionalGroupPointer=group,
                                           DimensionOrganizationUID="1.2.3.4.5")
    shared = Dataset()
    shared.PixelMeasuresSequence = item(PixelSpacing=first.PixelSpacing, SliceThickness=first.SliceThickness,
                                        SpacingBetweenSlices=first.SpacingBetweenSlices)
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=first.ImageOrientationPatient)
    shared.MRTimingAndRelatedParametersSequence = item(RepetitionTime=first.RepetitionTime, FlipAngle=float(first.FlipAngle),
                                                       EchoTrainLength=1)
    out.SharedFunctionalGroupsSequence = Sequence([shared])
    out.PerFrameFunctionalGroupsSequence = Sequence([frame(image, slices, kinds) for image in images])
    out.PixelData = b"".join(image.PixelData for image in images)
    out["PixelData"].VR = "OW"
    out.is_little_endian, out.is_implicit_VR = True, False
    out.file_meta = FileMetaDataset()
    out.file_meta.TransferSyntaxUID, out.file_meta.MediaStorageSOPClassUID = EXPLICIT, ENHANCED_MR
    out.file_meta.MediaStorageSOPInstanceUID = out.SOPInstanceUID
    return out


target.mkdir()
series = {}
for path in sorted(source.iterdir()):
    image = pydicom.dcmread(path)
    series.setdefault(image.SeriesInstanceUID, []).append(image)
for n, images in enumerate(series.values()):
    if len(images) > 1:
        join(images).save_as(target / f"IM_{n:04d}", write_like_original=False)
