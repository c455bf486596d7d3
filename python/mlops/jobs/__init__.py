"""The jobs that run inside AWS's containers: preprocessing in the scikit-learn image, evaluation in the XGBoost image.

`training/` holds the jobs of the training pipeline. What several jobs share is here: schema, sources, rows, the encoder
and its serving script, intervals, metrics, outputs and errors. The folder is shipped as it stands and imports nothing
outside itself but what those images hold. Oldest images supported: scikit-learn 1.2-1 (Python 3.8, pyarrow 10) and
XGBoost 1.7-1 (Python 3.8, numpy 1.19).
"""
