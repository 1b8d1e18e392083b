# docker build -t playground . && docker run --rm -p 7860:7860 -v playground:/data playground      (docs/hosting.md says more)
FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt ./
# torch's own index has wheels for CPUs, which are a tenth of those with CUDA; "" for the latter
ARG TORCH=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir ${TORCH:+--extra-index-url "$TORCH"} -r requirements.txt "mcp>=1.30,<2"
COPY app.py LICENSE ./
COPY assets assets
COPY trainers trainers
COPY playground playground
# all of it is root's and stays as it is; who runs it owns /data alone
RUN python -m compileall -q app.py trainers playground && mkdir /data && chown 1000:1000 /data
ENV PLAYGROUND_RUNS=/data/runs PLAYGROUND_DATA=/data/downloads HF_HOME=/data/hub HOME=/nonexistent
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 7860
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s CMD ["python", "-m", "playground.page.health"]
CMD ["python", "app.py"]
