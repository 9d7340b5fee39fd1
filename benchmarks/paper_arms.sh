#!/usr/bin/env bash
# Trains and measures what benchmarks/paper_tables.py, guide_competition.py and align_sanity.py read, on one GPU:
# scenes rendered once, vae-small, the four arms of unet-small and both alignment classifiers side by side.
# Every stage has a time limit and a log (runs/arms); one that fails leaves the others alone.
#     bash benchmarks/paper_arms.sh          (an H200 with 16 free cores: about 7 minutes)
# On two cores, for the tables alone (two arms at a time, each by the clock; about two hours; bf16 where the processor has a unit for it):
#     DEVICE=cpu JOBS=2 SCENES=1216 FIRST=1216 VALIDATION=64 STEPS=3000 BATCH=16 MINUTES=25 VAE_MINUTES=13 VAE_BATCH=8 PRECISION=bf16-mixed AT_ONCE=2 SLOW=20 LENGTHS=[32,48] \
#       GUIDES= SAMPLER=12 N=150 OMP_NUM_THREADS=1 bash benchmarks/paper_arms.sh
set -u
cd "$(dirname "$(readlink -f "$0")")/.." || exit 2
PY=${PY:-python}; DEVICE=${DEVICE:-cuda}; JOBS=${JOBS:-16}; MINUTES=${MINUTES-2.5}; VAE_MINUTES=${VAE_MINUTES:-1.5}
SCENES=${SCENES:-5120}; FIRST=${FIRST:-1280}; VALIDATION=${VALIDATION:-192}; N=${N:-300}; CACHE=runs/features
STEPS=${STEPS:-3600}; BATCH=${BATCH:-64}; AT_ONCE=${AT_ONCE:-4}; SLOW=${SLOW:-1}; GUIDES=${GUIDES-yes}; SAMPLER=${SAMPLER:-}; LENGTHS=${LENGTHS:-[32,48,64]}; VAE_STEPS=${VAE_STEPS:-1600}; CLASSIFIER_STEPS=${CLASSIFIER_STEPS:-1600}
VAE_BATCH=${VAE_BATCH:-32}; PRECISION=${PRECISION:-32-true}
W=ta_v2a/weights/mini; LOGS=runs/arms; mkdir -p $LOGS
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH} OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
TRAINER="--trainer.accelerator cpu --trainer.precision $PRECISION"
[ "$DEVICE" = cpu ] || TRAINER="--trainer.accelerator gpu --trainer.devices 1 --trainer.precision bf16-mixed"
TRAINER="$TRAINER --trainer.callbacks null --trainer.enable_checkpointing false"
FEATURES="--data.init_args.features.init_args.validation_scenes $VALIDATION --data.init_args.features.init_args.workers 0"
# stage NAME SECONDS COMMAND...
stage() { local name=$1 limit=$(($2 * SLOW)); shift 2; timeout -k 10 "$limit" "$@" >"$LOGS/$name.log" 2>&1 </dev/null; echo "$name: $?"; }
train() { $PY -c 'import sys; from ta_v2a.training.stages import run_stage
print(run_stage(sys.argv[1], sys.argv[2].split(), sys.argv[3:]))' "$@"; }
render() { $PY -c 'import sys; from ta_v2a.data.features import StageFeatures
w, scenes, validation, jobs = sys.argv[1], *map(int, sys.argv[2:])
StageFeatures(f"{w}/cvalp", f"{w}/autoencoder", scenes=scenes, validation_scenes=validation, mels=True, workers=jobs).prepare_data()' "$W" "$@" "$VALIDATION" "$JOBS"; }
latents() { $PY -c 'import sys; from ta_v2a.data.features import StageFeatures
from ta_v2a.data.picture_latents import StagePictures
w, scenes, validation = sys.argv[1], *map(int, sys.argv[2:])
features = StageFeatures(f"{w}/cvalp", f"{w}/autoencoder", scenes=scenes, validation_scenes=validation, mels=True, workers=0)
StagePictures(features, "runs/vae-small/autoencoder").prepare_data()' "$W" "$SCENES" "$VALIDATION"; }

classifiers() {
  local options="$TRAINER --trainer.max_steps $CLASSIFIER_STEPS --model.init_args.max_steps $CLASSIFIER_STEPS --trainer.check_val_every_n_epoch 4
    --data.init_args.cvalp $W/cvalp --data.init_args.vae $W/autoencoder --data.init_args.scenes $SCENES --data.init_args.validation_scenes $VALIDATION
    --data.init_args.mels true --data.init_args.workers 0"
  stage classifier 240 bash -c 'train "$@"' _ classifier mini $options & local noisy=$!
  stage align 240 bash -c 'train "$@"' _ classifier "mini align" $options & wait $! $noisy
  stage judged 90 $PY -c "from ta_v2a.packing.pack import pack
pack('$W/cvalp', None, '$W/autoencoder', '$W/denoiser', 'runs/judged', '$W/vocoder', '$W/bandwidth', 'runs/classifier/classifier', 'runs/align/classifier')"
  stage sanity 200 $PY benchmarks/align_sanity.py --preset runs/judged -n 200 --batch 50 --device "$DEVICE" --jobs 4 --result results/align_sanity.json
  stage guides 300 $PY benchmarks/guide_competition.py --preset runs/judged --batch 76 --device "$DEVICE" --jobs 8 --result results/guide_competition.json
}
arm() {
  local name=$1 configs="unet-small unet-small-$1" folder="runs/unet-small-$1"
  [ "$name" = concat ] && configs=unet-small && folder=runs/unet-small
  stage "arm-$name" 400 bash -c 'train "$@"' _ ldm "$configs" $TRAINER $FEATURES --trainer.max_steps "$STEPS" --model.init_args.max_steps "$STEPS" \
    --data.init_args.lengths "$LENGTHS" ${MINUTES:+--model.init_args.minutes "$MINUTES"} --data.init_args.rows_per_epoch $((BATCH * 500)) --data.init_args.features.init_args.batch_size "$BATCH" \
    --data.init_args.features.init_args.scenes "$SCENES"
  stage "pack-$name" 90 $PY -c "from ta_v2a.packing.paper import pack_paper
pack_paper('$W/cvalp', 'runs/vae-small/autoencoder', '$folder/denoiser', '$folder/preset', '$W/vocoder')"
}

export -f stage train render latents arm
export PY W SCENES VALIDATION JOBS LOGS SLOW TRAINER FEATURES STEPS BATCH MINUTES LENGTHS
stage first 300 bash -c "render $FIRST"
stage scenes 900 bash -c "render $SCENES" & scenes=$!
stage vae 300 bash -c 'train "$@"' _ vae vae-small $TRAINER $FEATURES --trainer.max_steps "$VAE_STEPS" --model.init_args.max_steps "$VAE_STEPS" \
  --model.init_args.minutes "$VAE_MINUTES" --data.init_args.batch_size "$VAE_BATCH" --data.init_args.clips_per_epoch 12800 --data.init_args.features.init_args.scenes "$FIRST"
wait $scenes
[ -z "$GUIDES" ] || classifiers & classifiers=$!
stage latents 120 bash -c latents
printf '%s\n' concat average video text | xargs -P "$AT_ONCE" -I{} bash -c 'arm {}'
wait $classifiers
for table in I II; do
  stage "table-$table" 300 $PY benchmarks/paper_tables.py --table $table --concat runs/unet-small/preset --average runs/unet-small-average/preset \
    --video runs/unet-small-video/preset --text runs/unet-small-text/preset ${GUIDES:+--mini} --judge "$([ -n "$GUIDES" ] && echo runs/judged || echo $W)" ${SAMPLER:+--steps "$SAMPLER"} \
    -n "$N" --batch "$((N < 75 ? N : 75))" --device "$DEVICE" --jobs "$JOBS" --result "results/paper_table_$table.json" &
  [ "$DEVICE" = cpu ] || wait $!
done; wait
